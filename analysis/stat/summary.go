package stat

import (
	"fmt"
	"math"
	"slices"

	gonum "gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// A Summary describes a sample of one or more values in their own unit.
type Summary struct {
	N      int
	Min    float64
	Q1     float64 // quantile 0.25, see Quantile
	Median float64
	Q3     float64 // quantile 0.75
	Max    float64
	Mean   float64
	SD     float64 // standard deviation of the sample, divisor n-1; NaN where N is 1, as in R
}

// Summarize describes xs, in any order, and does not change them. An empty sample gives
// ErrTooFew; NaN or an infinity gives ErrNotFinite.
func Summarize(xs []float64) (Summary, error) {
	if len(xs) == 0 {
		return Summary{}, fmt.Errorf("summary of nothing: %w", ErrTooFew)
	}
	if err := checkFinite(xs); err != nil {
		return Summary{}, fmt.Errorf("summary: %w", err)
	}
	sorted := slices.Sorted(slices.Values(xs))
	s := Summary{
		N:      len(xs),
		Min:    sorted[0],
		Q1:     quantile(sorted, 0.25),
		Median: quantile(sorted, 0.5),
		Q3:     quantile(sorted, 0.75),
		Max:    sorted[len(sorted)-1],
		SD:     math.NaN(),
	}
	// MeanVariance uses the corrected two-pass algorithm, which is exact enough for a small spread
	// around a large mean.
	mean, variance := gonum.MeanVariance(xs, nil)
	s.Mean = mean
	if s.N > 1 {
		s.SD = math.Sqrt(variance)
	}
	return s, nil
}

// MeanInterval returns the 95 % confidence interval of the mean by Student's t with N-1
// degrees of freedom. It gives ErrTooFew if N is below 2.
func (s Summary) MeanInterval() (Interval, error) {
	if s.N < 2 {
		return Interval{}, fmt.Errorf("interval of the mean of %d: %w", s.N, ErrTooFew)
	}
	n := float64(s.N)
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Quantile(1 - tail)
	half := t * s.SD / math.Sqrt(n)
	return Interval{Low: s.Mean - half, High: s.Mean + half}, nil
}

// Quantile returns the quantile of xs at p in [0, 1] by linear interpolation between order
// statistics: type 7 of Hyndman and Fan, Sample Quantiles in Statistical Packages (1996),
// the default of R and of NumPy. Quantile(xs, 0.5) is the usual median.
func Quantile(xs []float64, p float64) (float64, error) {
	if len(xs) == 0 {
		return 0, fmt.Errorf("quantile %g of nothing: %w", p, ErrTooFew)
	}
	if !(p >= 0 && p <= 1) { // refuses NaN, too
		return 0, fmt.Errorf("quantile %g, not within 0 to 1: %w", p, ErrOutOfScale)
	}
	if err := checkFinite(xs); err != nil {
		return 0, fmt.Errorf("quantile %g: %w", p, err)
	}
	return quantile(slices.Sorted(slices.Values(xs)), p), nil
}

// quantile is Quantile of sorted values.
func quantile(sorted []float64, p float64) float64 {
	at := p * float64(len(sorted)-1)
	below := int(at)
	part := at - float64(below)
	if part == 0 { // also keeps the last index in range
		return sorted[below]
	}
	// Written as a weighted mean, so that the difference of huge values cannot overflow.
	q := (1-part)*sorted[below] + part*sorted[below+1]
	return min(max(q, sorted[below]), sorted[below+1]) // rounding must not leave the interval between the neighbours
}
