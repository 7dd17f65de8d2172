package stat

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// A Proportion says that Hits of N have some property.
type Proportion struct {
	Hits, N int
}

// Share returns Hits/N in [0, 1]. The error is ErrTooFew if N is below 1, and ErrOutOfScale if Hits
// is below 0 or above N.
func (p Proportion) Share() (float64, error) {
	if p.N < 1 {
		return 0, fmt.Errorf("share of %d: %w", p.N, ErrTooFew)
	}
	if p.Hits < 0 || p.Hits > p.N {
		return 0, fmt.Errorf("share %d of %d: %w", p.Hits, p.N, ErrOutOfScale)
	}
	return float64(p.Hits) / float64(p.N), nil
}

// Interval returns the 95 % score interval of the share, without continuity correction:
// Wilson, Probable Inference, the Law of Succession, and Statistical Inference (1927). It
// stays within [0, 1] and is valid for small N and for shares of 0 and 1. Errors are those of Share.
func (p Proportion) Interval() (Interval, error) {
	share, err := p.Share()
	if err != nil {
		return Interval{}, err
	}
	n := float64(p.N)
	z := distuv.UnitNormal.Quantile(1 - tail)
	centre := share + z*z/(2*n)
	half := z * math.Sqrt(share*(1-share)/n+z*z/(4*n*n))
	scale := 1 + z*z/n
	i := Interval{Low: (centre - half) / scale, High: (centre + half) / scale}
	// For shares of 0 and 1 one bound is exactly 0 or 1, but the formula would miss it by a rounding error.
	if p.Hits == 0 {
		i.Low = 0
	}
	if p.Hits == p.N {
		i.High = 1
	}
	return i, nil
}
