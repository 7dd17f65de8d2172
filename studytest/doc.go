// Package studytest has what several packages' tests need: sample studies, a store in memory, and
// suites that check whether a store does what its interface promises.
//
// The store in memory follows the same rules as the one in package postgres, and TestStore runs on
// both. So tests of web and session may use it, and what they find is true of PostgreSQL, too.
//
// Only tests import this package.
package studytest
