package stat

import (
	"errors"
	"math"
	"testing"
)

// In R:
//
//	x <- c(2, 4, 4, 7, 1, 6); y <- c(900, 400, 350, 90, 900, 120)
//	cor(x, y, method = "spearman") # -0.9705882352941175
//	coef(lm(y ~ x))[2]             # -153.4615384615384
func TestRankCorrelationAndSlopeAreThoseOfR(t *testing.T) {
	x, y := []float64{2, 4, 4, 7, 1, 6}, []float64{900, 400, 350, 90, 900, 120}
	rho, err := RankCorrelation(x, y)
	if err != nil || math.Abs(rho - -0.9705882352941175) > 1e-12 {
		t.Errorf("rank correlation %.15g, %v", rho, err)
	}
	b, err := Slope(x, y)
	if err != nil || math.Abs(b - -153.4615384615384) > 1e-9 {
		t.Errorf("slope %.15g, %v", b, err)
	}
}

func TestNoCorrelationOfWhatDoesNotVary(t *testing.T) {
	for name, tc := range map[string]struct {
		x, y []float64
		want error
	}{
		"one pair":        {[]float64{1}, []float64{2}, ErrTooFew},
		"uneven":          {[]float64{1, 2}, []float64{2}, ErrTooFew},
		"a constant side": {[]float64{1, 1, 1}, []float64{2, 3, 4}, ErrAllEqual},
		"no number":       {[]float64{1, math.NaN()}, []float64{2, 3}, ErrNotFinite},
	} {
		if _, err := RankCorrelation(tc.x, tc.y); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", name, err, tc.want)
		}
		if _, err := Slope(tc.x, tc.y); !errors.Is(err, tc.want) {
			t.Errorf("slope of %s: %v, want %v", name, err, tc.want)
		}
	}
}
