// Package stat computes the numbers that describe what a group of people did or said:
// medians, quartiles, means, shares, and how sure one can be of them.
//
// Every function is pure and names its convention, because the conventions differ between
// programs: the expected values in the tests come from R or from published tables, and the
// tests quote the source. Input that cannot give the number asked for is an error
// (ErrTooFew, ErrNotFinite, ErrOutOfScale), never a silent zero.
//
// Intervals assume independent values. Many interactions of one participant are not
// independent: reduce them to one value a participant and condition first (a median, say).
package stat

import (
	"errors"
	"fmt"
	"math"
)

// Why a number cannot be computed from the input.
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

// checkFinite refuses NaN and infinities, which would pass through every formula unseen.
func checkFinite(xs []float64) error {
	for i, x := range xs {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return fmt.Errorf("value %d, %g: %w", i, x, ErrNotFinite)
		}
	}
	return nil
}
