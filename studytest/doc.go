// Package studytest is what tests share: sample studies, a store in memory, and suites that
// check whether a store keeps its promises.
//
// The store in memory is a real one, only without a disk: it follows the same rules as the
// one in package postgres, and TestStore is run on both. So a test of the pages or of the
// conduct may use it and still learn the truth.
//
// Only tests import this package.
package studytest
