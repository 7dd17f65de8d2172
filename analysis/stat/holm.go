package stat

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Holm returns the p-values of one family of tests, corrected so that the chance of any false finding among them stays
// below the level: Holm, A simple sequentially rejective multiple test procedure (1979). The family is all of ps,
// so it must be fixed before one looks at the data. A p-value outside of [0, 1] gives ErrOutOfScale.
func Holm(ps []float64) ([]float64, error) {
	order := make([]int, len(ps))
	for i, p := range ps {
		if !(p >= 0 && p <= 1) { // refuses NaN, too
			return nil, fmt.Errorf("p-value %d is %g: %w", i, p, ErrOutOfScale)
		}
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(ps[a], ps[b]) })
	corrected := make([]float64, len(ps))
	greatest := 0.0
	for rank, i := range order {
		greatest = math.Max(greatest, float64(len(ps)-rank)*ps[i])
		corrected[i] = math.Min(1, greatest)
	}
	return corrected, nil
}
