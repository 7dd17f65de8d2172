// Package stat describes what was measured many times by a few figures: the median, the range, and quantiles.
//
// # Conventions
//
//   - [Quantile] is type 1 of Hyndman and Fan (Sample Quantiles in Statistical Packages, The American
//     Statistician 50 (4), 1996), the nearest rank: the smallest value that at least a share p of all
//     values does not exceed. So it is a value that was measured. R: quantile(x, p, type = 1).
//   - [Median] is the usual one: of an even number of values, the mean of the middle two. R: median(x).
//   - A quantile of too few values is the largest of them: a 99th percentile of fewer than 100, a 95th
//     of fewer than 20, in general of fewer than 1/(1-p). [Tail] says so by its name.
//   - If there are no values, every figure is NaN, which is never OK in a bench.
//
// Package vmstudy/analysis/stat describes what people did or said. Its quantiles interpolate, as R's do by default
// (type 7).
package stat

import (
	"math"
	"slices"
	"strconv"
	"time"
)

// In returns times as numbers of a unit, such as ms.
func In(unit time.Duration, times []time.Duration) []float64 {
	xs := make([]float64, len(times))
	for i, t := range times {
		xs[i] = float64(t) / float64(unit)
	}
	return xs
}

// Quantile returns the quantile of xs at p in [0, 1] by the nearest rank.
func Quantile(xs []float64, p float64) float64 {
	if len(xs) == 0 {
		return math.NaN()
	}
	return slices.Sorted(slices.Values(xs))[rank(len(xs), p)-1]
}

// rank returns the place of the quantile at p among n sorted values. The first place is 1.
func rank(n int, p float64) int {
	const rounding = 1e-9 // error of p*n: 0.07*100 is a little more than 7
	return min(n, max(1, int(math.Ceil(p*float64(n)-rounding))))
}

// Tail returns the quantile of xs at p, and its name for the name of a figure: p99 for 0.99, or max if there are so few
// values that the quantile is the largest of them.
func Tail(xs []float64, p float64) (name string, value float64) {
	if rank(len(xs), p) >= len(xs) {
		return "max", Quantile(xs, 1)
	}
	return "p" + strconv.FormatFloat(math.Round(1e6*p)/1e4, 'g', -1, 64), Quantile(xs, p)
}

// Median returns the middle of xs.
func Median(xs []float64) float64 {
	n := len(xs)
	if n == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(xs))
	low, high := sorted[(n-1)/2], sorted[n/2]
	return low + (high-low)/2
}

// Mean returns the mean of xs.
func Mean(xs []float64) float64 {
	sum := 0.0
	for _, x := range xs {
		sum += x
	}
	return sum / float64(len(xs)) // NaN if there are none
}

// Range returns the smallest and the largest of xs.
func Range(xs []float64) (low, high float64) {
	if len(xs) == 0 {
		return math.NaN(), math.NaN()
	}
	return slices.Min(xs), slices.Max(xs)
}
