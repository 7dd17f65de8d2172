// Package stat computes numbers that describe what a group of people did or said: medians,
// quartiles, means, shares, and their confidence intervals.
//
// Every function is pure and names its convention, because conventions differ between programs.
// The expected values in the tests come from R or from published tables, and the tests quote the
// source. Input from which a number cannot be computed is an error (ErrTooFew, ErrNotFinite,
// ErrOutOfScale), never a silent zero.
//
// Intervals assume independent values. The interactions of one participant are not independent:
// reduce them first to one value for each participant and condition, for example the median.
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
)

// Confidence is the coverage of every interval of this package.
const Confidence = 0.95

// tail is the probability beyond each end of a two-sided interval.
const tail = (1 - Confidence) / 2

// An Interval is a two-sided 95 % confidence interval, both ends included.
type Interval struct {
	Low, High float64
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
