// Package report says what a study has found, as a list of sections: what a page or a paper shows, as data.
//
// It takes the trials that count ([Data]) and makes a [Section] of each question that readers ask, with figures, tables and
// sentences. It reads no database and writes no HTML. Each figure has a table with the same numbers ([Figure.Twin]), for who does not see
// figures and for who wants the numbers.
//
// What is compared stands together: a [Layout] parts the conditions into settings, in which everything is alike but one factor.
// Between the levels of that factor each section has differences within people ([Difference]) with their intervals.
package report
