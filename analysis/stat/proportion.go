package stat

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// A Proportion is how many of N had the property in question.
type Proportion struct {
	Hits, N int
}

// Share returns Hits/N in [0, 1]. A proportion of none is ErrTooFew; more hits than N, or
// fewer than none, are ErrOutOfScale.
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
// stays within [0, 1] and is sound for small N and for shares of 0 and 1. Errors as Share.
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
	// At the ends one bound is exact; rounding would leave it a hair beside.
	if p.Hits == 0 {
		i.Low = 0
	}
	if p.Hits == p.N {
		i.High = 1
	}
	return i, nil
}
