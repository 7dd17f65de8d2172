package model

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"vmstudy/analysis/stat"
)

// Linear is a linear mixed model with one random intercept for each participant: value = conditions + person + rest, the last two
// normal. It is fitted by REML, and tests have Satterthwaite's degrees of freedom.
type Linear struct {
	stat.Used
	Rows         int           // values
	Coefficients []Coefficient // of sum-to-zero coding: a level less the mean of all levels
	Effects      []Effect      // one for each term, type III
	Participant  float64       // variance between participants
	Residual     float64       // variance of what is left
	Singular     bool          // Participant is 0: people differ no more than chance makes them
	Criterion    float64       // -2 log likelihood (REML) at the fit
	fit          *remlPoint
	frame        *frame
}

// A Coefficient is one number of a model. DF is 0 where the normal distribution was taken.
type Coefficient struct {
	Name     string
	Estimate float64
	SE       float64
	DF       float64
	T        float64 // Estimate/SE; z if DF is 0
	P        float64 // two-sided
	Interval stat.Interval
}

// An Effect says whether a term explains anything.
type Effect struct {
	Term     Term
	DF1, DF2 float64
	F        float64
	P        float64
	Eta2     float64 // partial eta squared, F DF1/(F DF1 + DF2)
}

// FitLinear fits. Participants may lack conditions: all rows are used. Errors are refusals, see the package.
//
// Sources: Patterson and Thompson, Recovery of inter-block information when block sizes are unequal (1971); Bates, Mächler,
// Bolker and Walker, Fitting linear mixed-effects models using lme4 (2015); Giesbrecht and Burns, Two-stage analysis based on
// a mixed model (1985), and Fai and Cornelius (1996) for the degrees of freedom; Kuznetsova, Brockhoff and Christensen,
// lmerTest package (2017).
func FitLinear(rows []Row, s Spec) (*Linear, error) {
	f, err := newFrame(rows, s, sum)
	if err != nil {
		return nil, err
	}
	r := newREML(f)
	best, err := r.best()
	if err != nil {
		return nil, err
	}
	m := &Linear{
		Used: f.Used, Rows: len(rows), Residual: best.scale, Participant: best.ratio * best.scale, Singular: best.ratio == 0,
		Criterion: best.deviance, fit: best, frame: f,
	}
	best.prepare()
	for j, name := range f.names {
		l := make([]float64, len(f.names))
		l[j] = 1
		m.Coefficients = append(m.Coefficients, m.estimate(name, l))
	}
	for i, t := range f.terms {
		m.Effects = append(m.Effects, m.effect(t, f.of(i)))
	}
	return m, m.check()
}

// check refuses a fit whose numbers a computer could not find.
func (m *Linear) check() error {
	for _, c := range m.Coefficients {
		for _, x := range []float64{c.Estimate, c.SE, c.DF, c.T, c.P, c.Interval.Low, c.Interval.High} {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return refuse("The linear model did not converge: %s has no value.", c.Name)
			}
		}
	}
	for _, e := range m.Effects {
		if math.IsNaN(e.F+e.DF2+e.P+e.Eta2) || math.IsInf(e.F+e.DF2, 0) {
			return refuse("The linear model did not converge: the effect of %s has no value.", e.Term)
		}
	}
	return nil
}

// estimate is the combination l of the coefficients.
func (m *Linear) estimate(name string, l []float64) Coefficient {
	c := Coefficient{Name: name, Estimate: dot(l, m.fit.beta), SE: math.Sqrt(m.fit.variance(l)), DF: m.fit.df(l)}
	return c.tested()
}

// tested fills in what follows from estimate, standard error and degrees of freedom.
func (c Coefficient) tested() Coefficient {
	c.T = c.Estimate / c.SE
	p, quantile := student(c.T, c.DF, 1-(1-stat.Confidence)/2)
	c.P = p
	c.Interval = stat.Interval{Low: c.Estimate - quantile*c.SE, High: c.Estimate + quantile*c.SE}
	return c
}

// effect tests that all coefficients of a term are 0, along the axes on which their estimates are uncorrelated.
func (m *Linear) effect(t Term, cols []int) Effect {
	q := len(cols)
	covariance := mat.NewSymDense(q, nil)
	for a, j := range cols {
		for b, k := range cols {
			if a <= b {
				covariance.SetSym(a, b, m.fit.scale*m.fit.inverse.At(j, k))
			}
		}
	}
	e := Effect{Term: t, DF1: float64(q)}
	var axes mat.EigenSym
	if !axes.Factorize(covariance, true) {
		e.F = math.NaN()
		return e
	}
	var vectors mat.Dense
	axes.VectorsTo(&vectors)
	var dfs []float64
	for a, variance := range axes.Values(nil) {
		l := make([]float64, len(m.fit.beta))
		for b, j := range cols {
			l[j] = vectors.At(b, a)
		}
		z := dot(l, m.fit.beta)
		e.F += z * z / variance / e.DF1
		dfs = append(dfs, m.fit.df(l))
	}
	e.DF2 = pooled(dfs)
	e.P = fTail(e.F, e.DF1, e.DF2)
	e.Eta2 = e.F * e.DF1 / (e.F*e.DF1 + e.DF2)
	return e
}

// pooled is the denominator's degrees of freedom of an F that is the mean of squared t's: those that give it its mean (Fai and Cornelius).
func pooled(dfs []float64) float64 {
	if len(dfs) == 1 {
		return dfs[0]
	}
	mean, same, tiny := 0.0, true, false
	for _, v := range dfs {
		mean += v / float64(len(dfs))
		same = same && math.Abs(v-dfs[0]) < 1e-8
		tiny = tiny || v <= 2
	}
	switch {
	case same:
		return mean
	case tiny:
		return 2
	}
	e := 0.0
	for _, v := range dfs {
		e += v / (v - 2)
	}
	return 2 * e / (e - float64(len(dfs)))
}

func dot(a, b []float64) float64 {
	s := 0.0
	for i := range a {
		s += a[i] * b[i]
	}
	return s
}
