// Package instrument defines questionnaires as data: what is asked, which answers are taken, and which
// numbers follow from them.
//
// An [Instrument] is a list of items, and of measures that are computed from their answers. Anybody may
// write one, so nothing in it is trusted: [Instrument.Check] says everything that is wrong with it, each
// fault with its place, and refuses what would be too large to work with. All other functions may be
// called only with an instrument that Check finds no fault with.
//
// # Items and questions
//
// An item is what stands on the page. A question is what one value in the data answers. They are the same,
// except that each row of a matrix is a question of its own. [Instrument.Questions] lists the questions.
//
// # Answers
//
// An answer is stored as text: a number in decimal digits, the value of an option, the values of several
// options with commas between them, or what was written. No answer is ever preselected. Who chose "I prefer
// not to answer" has the answer [Withheld]; measures treat it as missing. A question that was not shown has
// no answer.
package instrument
