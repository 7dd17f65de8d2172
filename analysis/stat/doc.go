// Package stat computes numbers that describe what a group of people did or said, and tests that
// compare conditions: each file has one, and docs/statistics.md says which answers which question.
//
// Every function is pure and names its convention, because conventions differ between programs.
// The expected values in the tests come from R or from published tables, and the tests quote the
// source. Input from which a number cannot be computed is an error (ErrTooFew, ErrNotFinite,
// ErrOutOfScale, ErrRepeated, ErrAllEqual), never a silent zero. No result is NaN or an infinity, except
// that Summary.SD of one value is NaN.
//
// Tests take observations, one value of each participant in each condition ([Observation]), or pairs of them
// ([Pairs]). A result says on how many participants it rests, who was dropped and why ([Used]), how many ties and
// zeros there were, and whether it is exact.
//
// Intervals and tests assume that participants are independent. The values of one participant are not:
// reduce them first to one for each condition, for example the median ([Reduced]).
package stat

import (
	"errors"
	"fmt"
	"math"
)

// The reasons why a number cannot be computed.
var (
	ErrTooFew     = errors.New("too few values")
	ErrNotFinite  = errors.New("not a finite number")
	ErrOutOfScale = errors.New("outside of the scale")
	ErrRepeated   = errors.New("it may be there only once")
	ErrAllEqual   = errors.New("all values are equal")
)

// Confidence is the coverage of every interval of this package, unless its comment says otherwise.
const Confidence = 0.95

// tail is the probability beyond each end of a two-sided interval.
const tail = (1 - Confidence) / 2

// An Interval is a two-sided 95 % confidence interval, both ends included.
type Interval struct {
	Low, High float64
}

// most is the greatest value that tests take. No person or clock gives more, and squares and sums of it stay finite.
const most = 1e100

// checkValues refuses what checkFinite does, and values beyond most.
func checkValues(xs []float64) error {
	for i, x := range xs {
		if math.Abs(x) > most && !math.IsInf(x, 0) {
			return fmt.Errorf("value %d, %g: %w", i, x, ErrOutOfScale)
		}
	}
	return checkFinite(xs)
}

// checkFinite refuses NaN and infinities, which every formula would pass on without an error.
func checkFinite(xs []float64) error {
	for i, x := range xs {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("value %d, %g: %w", i, x, ErrNotFinite)
		}
	}
	return nil
}
