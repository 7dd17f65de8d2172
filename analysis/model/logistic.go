package model

import (
	"math"
	"strconv"

	"vmstudy/analysis/stat"
)

// Logistic is a logistic mixed model with one random intercept for each participant: how likely something happens in each condition. It is
// the ordinal model of two categories.
type Logistic struct {
	stat.Used
	Rows         int
	Points       int           // Laplace or more
	Coefficients []Coefficient // log odds: the intercept, then a level less the first level of its factor
	Participant  float64       // variance between participants, in squared log odds
	Singular     bool
	LogLik       float64
	ordinal      *Ordinal
}

// FitLogistic fits what is 1 (it happened) or 0 (it did not), as FitOrdinal does.
func FitLogistic(rows []Row, s Spec, points int) (*Logistic, error) {
	for _, r := range rows {
		if r.Value != 0 && r.Value != 1 {
			return nil, refuse("A value of %s is %g; what happened is 1 and what did not is 0.", r.Participant, r.Value)
		}
	}
	o, err := FitOrdinal(rows, s, points)
	if err != nil {
		return nil, err
	}
	m := &Logistic{Used: o.Used, Rows: o.Rows, Points: points, Participant: o.Participant, Singular: o.Singular, LogLik: o.LogLik, ordinal: o}
	l := make([]float64, 1+len(o.Coefficients))
	l[0] = -1 // the threshold is what it takes, the intercept what there is
	m.Coefficients = append([]Coefficient{o.estimate("(intercept)", l)}, o.Coefficients...)
	return m, nil
}

// Contrast is the log odds at a, compared with b.
func (m *Logistic) Contrast(a, b At, covariates ...float64) (Contrast, error) {
	return m.ordinal.Contrast(a, b, covariates...)
}

// Share is the probability at a place for somebody in the middle of all people, with its interval. It is not the share of people: that
// lies nearer to one half.
func (m *Logistic) Share(at At, covariates ...float64) (Ratio, error) {
	l, err := m.ordinal.frame.vector(at, covariates)
	if err != nil {
		return Ratio{}, err
	}
	l[0] = -1
	c := m.ordinal.estimate("", l)
	return Ratio{logistic(c.Estimate), stat.Interval{Low: logistic(c.Interval.Low), High: logistic(c.Interval.High)}}, nil
}

// Compare tests a model against a smaller one, as Ordinal.Compare does.
func (m *Logistic) Compare(small *Logistic) (LikelihoodRatio, error) {
	return m.ordinal.Compare(small.ordinal)
}

// label writes a category.
func label(x float64) string {
	if math.Abs(x) < 1e6 {
		return strconv.FormatFloat(x, 'f', -1, 64)
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}
