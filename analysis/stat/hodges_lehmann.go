package stat

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// A Shift is by how much the values of one condition or group are typically higher than those of another, in their own
// unit.
type Shift struct {
	Estimate float64   // Hodges and Lehmann's
	Interval *Interval // nil if there are too few values for it
	Coverage float64   // of Interval if there are no ties, by the exact distribution: the least that reaches 95 %. With ties it is higher
}

// shiftPairs is up to how many values the interval is computed. Beyond, memory would grow with the square.
const shiftPairs = 2000

// HodgesLehmann returns the median of all means of two of the differences, each with itself as well (Walsh averages),
// and the interval that inverts the exact signed-rank test. Both ends belong to the interval; so it keeps its
// coverage with ties: Noether, Wilcoxon confidence intervals for location parameters in the discrete case (1967).
// Fewer than 6 differences have no interval. Zeros stay in.
//
// Source: Hodges and Lehmann, Estimates of location based on rank tests (1963).
func HodgesLehmann(differences []float64) (Shift, error) { return hodgesLehmann(differences, tail) }

// hodgesLehmann is HodgesLehmann with another probability beyond each end of the interval.
func hodgesLehmann(differences []float64, tail float64) (Shift, error) {
	n := len(differences)
	if n == 0 || n > shiftPairs {
		return Shift{}, fmt.Errorf("shift of %d differences, and it takes 1 to %d: %w", n, shiftPairs, ErrTooFew)
	}
	if err := checkValues(differences); err != nil {
		return Shift{}, fmt.Errorf("shift: %w", err)
	}
	walsh := make([]float64, 0, n*(n+1)/2)
	for i, a := range differences {
		for _, b := range differences[i:] {
			walsh = append(walsh, a/2+b/2)
		}
	}
	if n > exactPairs {
		sd := math.Sqrt(float64(n) * float64(n+1) * float64(2*n+1) / 24)
		return normalShift(walsh, sd, tail), nil
	}
	sums := []float64{1}
	for r := 1; r <= n; r++ {
		next := make([]float64, len(sums)+r)
		for s, p := range sums {
			next[s] += p / 2
			next[s+r] += p / 2
		}
		sums = next
	}
	return shiftOf(walsh, sums, tail), nil
}

// shiftOf takes the median of the candidates and, between the k-th smallest and the k-th greatest, an interval. The
// weights are the null distribution of the test that is inverted: place s has the weight of s candidates being below.
func shiftOf(candidates, weights []float64, tail float64) Shift {
	slices.Sort(candidates)
	s := Shift{Estimate: quantile(candidates, 0.5)}
	total := 0.0
	for _, w := range weights {
		total += w
	}
	below, k := 0.0, 0
	for k < len(weights) && below+weights[k]/total <= tail*(1+1e-12) {
		below += weights[k] / total
		k++
	}
	if k > 0 {
		s.Interval = &Interval{Low: candidates[k-1], High: candidates[len(candidates)-k]}
		s.Coverage = 1 - 2*below
	}
	return s
}

// normalShift is shiftOf for so many candidates that the distribution is normal with the given standard deviation.
func normalShift(candidates []float64, sd, tail float64) Shift {
	slices.Sort(candidates)
	m := float64(len(candidates))
	k := max(1, int(m/2-distuv.UnitNormal.Quantile(1-tail)*sd))
	return Shift{
		Estimate: quantile(candidates, 0.5),
		Interval: &Interval{Low: candidates[k-1], High: candidates[len(candidates)-k]}, Coverage: 1 - 2*tail,
	}
}
