package model

import (
	"math"
	"slices"

	"vmstudy/analysis/stat"
)

// A Crossing is where, along a covariate, two places of a model are equally good: the round trip up to which one method is better, and beyond
// which the other is.
type Crossing struct {
	A, B      At
	Covariate string
	Where     float64       // in the unit of the covariate
	Interval  stat.Interval // Fieller's, 95 %
	Slope     float64       // by how much A less B grows with each unit: above 0, A is better beyond Where
}

// Crossing finds where a and b are equal; the model has to have an interaction of a covariate with what differs between them. Other
// covariates are at their means. It is refused where the data carry no crossing: the difference does not clearly change with the
// covariate, or it would be outside of what was tried.
//
// Source: Fieller, Some problems in interval estimation (1954).
func (m *Ordinal) Crossing(a, b At, covariate string) (Crossing, error) {
	l, err := m.frame.line(a, b, covariate)
	if err != nil {
		return Crossing{}, err
	}
	none := make([]float64, len(m.Thresholds))
	return l.crossing(func(l []float64) Coefficient { return m.estimate("", append(slices.Clone(none), l[1:]...)) })
}

// Crossing is as that of the ordinal model, with quantiles of t for those of the normal distribution.
func (m *Linear) Crossing(a, b At, covariate string) (Crossing, error) {
	l, err := m.frame.line(a, b, covariate)
	if err != nil {
		return Crossing{}, err
	}
	return l.crossing(func(l []float64) Coefficient { return m.estimate("", l) })
}

// A line is a difference along a covariate x: at + x slope, as combinations of coefficients.
type line struct {
	Crossing
	at, slope []float64
	tried     stat.Interval
}

func (f *frame) line(a, b At, covariate string) (line, error) {
	j := slices.Index(f.spec.Covariates, covariate)
	if j < 0 {
		return line{}, refuse("The model has no covariate %s.", covariate)
	}
	difference := func(x float64) ([]float64, error) {
		values := slices.Clone(f.means)
		values[j] = x
		return f.difference(a, b, values)
	}
	at, err := difference(0)
	if err != nil {
		return line{}, err
	}
	slope, err := difference(1)
	if err != nil {
		return line{}, err
	}
	still := true
	for i := range slope {
		slope[i] -= at[i]
		still = still && slope[i] == 0
	}
	if still {
		return line{}, refuse("In this model the difference between the two is the same at every %s; it needs their interaction.", covariate)
	}
	return line{Crossing: Crossing{A: a, B: b, Covariate: covariate}, at: at, slope: slope, tried: f.ranges[j]}, nil
}

// crossing solves for where the difference is 0, and for where it is not further from 0 than its error allows.
func (l line) crossing(estimate func([]float64) Coefficient) (Crossing, error) {
	together := make([]float64, len(l.at))
	for i := range together {
		together[i] = l.at[i] + l.slope[i]
	}
	at, slope, sum := estimate(l.at), estimate(l.slope), estimate(together)
	covariance := (sum.SE*sum.SE - at.SE*at.SE - slope.SE*slope.SE) / 2
	_, q := student(slope.T, slope.DF, 1-(1-stat.Confidence)/2)
	c := l.Crossing
	c.Slope, c.Where = slope.Estimate, -at.Estimate/slope.Estimate
	// (at + x slope)^2 = q^2 var(at + x slope), a quadratic in x.
	square := slope.Estimate*slope.Estimate - q*q*slope.SE*slope.SE
	half := at.Estimate*slope.Estimate - q*q*covariance
	rest := at.Estimate*at.Estimate - q*q*at.SE*at.SE
	root := half*half - square*rest
	if !(square > 0) || !(root >= 0) {
		return Crossing{}, refuse("The difference between the two does not clearly change with %s, so there is nothing to say on where they are equal.", c.Covariate)
	}
	c.Interval = stat.Interval{Low: (-half - math.Sqrt(root)) / square, High: (-half + math.Sqrt(root)) / square}
	if c.Where < l.tried.Low || c.Where > l.tried.High {
		return Crossing{}, refuse("The two would be equal at a %s of %.4g, which was not tried: it went from %.4g to %.4g.", c.Covariate, c.Where, l.tried.Low, l.tried.High)
	}
	return c, nil
}
