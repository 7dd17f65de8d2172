package stat

import (
	"fmt"
	"math"
)

// RankCorrelation is Spearman's: Pearson's correlation of the ranks, in which equal values share ranks, as R's cor(x, y, method = "spearman").
// Errors: ErrTooFew below two pairs, or if there are not as many of x as of y; ErrAllEqual where one side is constant; ErrNotFinite.
//
// Source: Spearman, The proof and measurement of association between two things (1904).
func RankCorrelation(x, y []float64) (float64, error) {
	if err := checkPairs(x, y); err != nil {
		return 0, fmt.Errorf("rank correlation: %w", err)
	}
	return correlation(Ranks(x), Ranks(y))
}

func correlation(x, y []float64) (float64, error) {
	xx, yy, xy := products(x, y)
	if xx == 0 || yy == 0 {
		return 0, fmt.Errorf("correlation: %w", ErrAllEqual)
	}
	return max(-1, min(1, xy/math.Sqrt(xx*yy))), nil
}

// Slope is by how much y changes with a unit of x, by least squares. Errors are those of RankCorrelation; of y all may be equal.
func Slope(x, y []float64) (float64, error) {
	if err := checkPairs(x, y); err != nil {
		return 0, fmt.Errorf("slope: %w", err)
	}
	xx, _, xy := products(x, y)
	if xx == 0 {
		return 0, fmt.Errorf("slope: %w", ErrAllEqual)
	}
	return xy / xx, nil
}

func checkPairs(x, y []float64) error {
	if len(x) != len(y) || len(x) < 2 {
		return fmt.Errorf("%d and %d values: %w", len(x), len(y), ErrTooFew)
	}
	if err := checkValues(x); err != nil {
		return err
	}
	return checkValues(y)
}

// products are the sums of products of what x and y are off their means.
func products(x, y []float64) (xx, yy, xy float64) {
	mx, my := Mean(x), Mean(y)
	for i := range x {
		dx, dy := x[i]-mx, y[i]-my
		xx, yy, xy = xx+dx*dx, yy+dy*dy, xy+dx*dy
	}
	return xx, yy, xy
}
