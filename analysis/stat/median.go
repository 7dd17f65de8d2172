package stat

import (
	"fmt"
	"slices"
	"sort"

	"gonum.org/v1/gonum/stat/distuv"
)

// MedianInterval returns a confidence interval of the median between two order statistics: the
// k-th smallest and the k-th largest value, where k is the largest rank whose coverage, by the
// binomial distribution, is at least 95 %. It assumes nothing about the shape of the
// distribution. With ties the coverage is higher. Fewer than 6 values cannot reach 95 % and
// give ErrTooFew.
//
// Source: Conover, Practical Nonparametric Statistics, 3rd ed. (1999), section 3.2.
func MedianInterval(xs []float64) (Interval, error) {
	k := medianRank(len(xs))
	if k == 0 {
		return Interval{}, fmt.Errorf("interval of the median of %d: %w", len(xs), ErrTooFew)
	}
	if err := checkFinite(xs); err != nil {
		return Interval{}, fmt.Errorf("interval of the median: %w", err)
	}
	sorted := slices.Sorted(slices.Values(xs))
	return Interval{Low: sorted[k-1], High: sorted[len(sorted)-k]}, nil
}

// medianRank returns the largest k with P(B < k) <= tail, where B is binomial (n, 1/2), or 0 if
// there is none.
func medianRank(n int) int {
	if n == 0 {
		return 0
	}
	b := distuv.Binomial{N: float64(n), P: 0.5}
	return sort.Search(n, func(k int) bool { return b.CDF(float64(k)) > tail })
}
