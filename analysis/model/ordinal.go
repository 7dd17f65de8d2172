package model

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"vmstudy/analysis/stat"
)

// The ways to take the integral over people, by the number of points.
const (
	Laplace    = 1  // at the mode alone: fast, and what R's clmm and glmer do unless told otherwise
	Quadrature = 10 // adaptive Gauss-Hermite: right to five digits or so with the numbers of answers that studies have
)

// mostCategories is up to how many different values are ratings.
const mostCategories = 25

// Ordinal is a cumulative link mixed model (proportional odds) with one random intercept for each participant: how much higher or lower
// people rate in each condition, without a claim that the steps of the scale are equal.
type Ordinal struct {
	stat.Used
	Rows         int
	Points       int           // Laplace or more
	Categories   []float64     // the ratings that somebody gave, in order; others are not in the model
	Thresholds   []Coefficient // between neighbouring categories
	Coefficients []Coefficient // log odds of a higher rating: a level less the first level of its factor
	Participant  float64       // variance between participants, in squared log odds
	Singular     bool          // Participant is 0: people differ no more than chance makes them
	LogLik       float64
	frame        *frame
	best         maximum
}

// FitOrdinal fits by maximum likelihood: Laplace's approximation or adaptive Gauss-Hermite quadrature with so many points (1 to 50). Tests are
// Wald's. Participants may lack conditions: all rows are used. Errors are refusals, see the package; one of them is separation: in
// some condition everybody gives the same extreme rating, so the best estimate is infinite.
//
// Sources: see cumulative; McCullagh, Regression models for ordinal data (1980).
func FitOrdinal(rows []Row, s Spec, points int) (*Ordinal, error) {
	f, err := newFrame(rows, s, treatment)
	if err != nil {
		return nil, err
	}
	categories := slices.Compact(slices.Sorted(slices.Values(f.y)))
	switch {
	case points < 1 || points > 50:
		return nil, refuse("The integral over people can be taken at 1 to 50 points, not %d.", points)
	case len(categories) < 2:
		return nil, refuse("All %d values are %g, so there is nothing to explain.", len(rows), categories[0])
	case len(categories) > mostCategories:
		return nil, refuse("There are %d different values, which are too many for ratings. Use the linear model.", len(categories))
	case len(rows) < len(f.names)+len(categories)+1:
		return nil, refuse("There are %d values for the %d numbers that the model has to find; it needs more.", len(rows), len(f.names)+len(categories)-1)
	}
	category := make([]int, len(f.y))
	for i, y := range f.y {
		category[i] = slices.Index(categories, y)
	}
	if err := f.separated(category, categories); err != nil {
		return nil, err
	}
	c := newCumulative(f, category, len(categories)-1, points)
	best, err := c.maximum(c.start())
	if err != nil {
		if j := f.runaway(best.psi[c.cuts:], beyond/2); j >= 0 {
			err = separation(f.names[j+1])
		}
		return nil, err
	}
	m := &Ordinal{Used: f.Used, Rows: len(rows), Points: points, Categories: categories, LogLik: best.logLik, Singular: best.singular, frame: f, best: best}
	sigma := best.psi[len(best.psi)-1]
	m.Participant = sigma * sigma
	for j := range best.psi[:len(best.psi)-1] {
		l := make([]float64, len(best.psi)-1)
		l[j] = 1
		if j < c.cuts {
			m.Thresholds = append(m.Thresholds, m.estimate(label(categories[j])+"|"+label(categories[j+1]), l))
		} else {
			m.Coefficients = append(m.Coefficients, m.estimate(f.names[j-c.cuts+1], l))
		}
	}
	return m, m.check()
}

// start has thresholds at the logits of what is below them, drawn apart since people differ, and no differences between conditions.
func (c *cumulative) start() []float64 {
	psi := make([]float64, c.size())
	for j := range c.cuts {
		below := 0
		for _, y := range c.y {
			if y <= j {
				below++
			}
		}
		share := float64(below) / float64(len(c.y))
		psi[j] = 1.2 * math.Log(share/(1-share))
	}
	psi[len(psi)-1] = 1
	return psi
}

// separated refuses conditions in which all values are the same extreme.
func (f *frame) separated(category []int, categories []float64) error {
	for _, t := range f.terms {
		of := f.spec.factorsOf(t)
		if len(of) == 0 || len(of) < len(t) {
			continue
		}
		lowest, highest, n := map[string]bool{}, map[string]bool{}, map[string]int{}
		var order []string
		for i, at := range f.levels {
			c := f.combination(of, at)
			if n[c]++; n[c] == 1 {
				order = append(order, c)
				lowest[c], highest[c] = true, true
			}
			lowest[c] = lowest[c] && category[i] == 0
			highest[c] = highest[c] && category[i] == len(categories)-1
		}
		slices.Sort(order)
		for _, c := range order {
			end, word := categories[0], "lowest"
			if highest[c] {
				end, word = categories[len(categories)-1], "highest"
			}
			if lowest[c] || highest[c] {
				return refuse("With %s all %d values are %g, the %s that anybody gave, so the model would set its difference from other conditions to infinity (separation). Compare it by an exact test.", c, n[c], end, word)
			}
		}
	}
	return nil
}

// beyond is from which size on log odds over the whole range of a column are taken for infinite. Odds of 1 to 7e10 need more data than people give.
const beyond = 25

// check refuses estimates that only the optimiser's patience keeps from infinity.
func (m *Ordinal) check() error {
	var errors []float64
	for _, c := range m.Coefficients {
		errors = append(errors, c.SE)
	}
	for _, sizes := range [][]float64{m.best.psi[len(m.Thresholds):], errors} {
		if j := m.frame.runaway(sizes, beyond); j >= 0 {
			return separation(m.Coefficients[j].Name)
		}
	}
	for _, c := range m.Thresholds {
		if !(math.Abs(c.Estimate) < 4*beyond) || !(c.SE < beyond) {
			return refuse("The values do not tell where the threshold between %s is: it could lie beyond all bounds (separation).", c.Name)
		}
	}
	if m.Participant > beyond*beyond/4 {
		return refuse("People differ so much that each of them gives nearly the same value everywhere, so the model cannot tell by how much conditions differ.")
	}
	return nil
}

// runaway returns the first coefficient that changes the log odds by a limit or more over the range of its column, or -1.
func (f *frame) runaway(coefficients []float64, limit float64) int {
	for j := range f.names[1:] {
		low, high := math.Inf(1), math.Inf(-1)
		for i := range f.y {
			x := f.x.At(i, j+1)
			low, high = min(low, x), max(high, x)
		}
		if !(math.Abs(coefficients[j])*(high-low) < limit) {
			return j
		}
	}
	return -1
}

func separation(name string) error {
	return refuse("The values do not tell how large the difference of %s is: it could grow without bound (separation). Compare these conditions by an exact test.", name)
}

// estimate is the combination l of thresholds and coefficients.
func (m *Ordinal) estimate(name string, l []float64) Coefficient {
	v := mat.NewVecDense(len(l), l)
	c := Coefficient{Name: name, Estimate: dot(l, m.best.psi), SE: math.Sqrt(mat.Inner(v, m.best.covariance, v))}
	return c.tested()
}

// Contrast is the log odds of a higher rating at a, compared with b. Covariates are as in Linear.Contrast.
func (m *Ordinal) Contrast(a, b At, covariates ...float64) (Contrast, error) {
	l, err := m.frame.difference(a, b, covariates)
	if err != nil {
		return Contrast{}, err
	}
	return Contrast{A: a, B: b, Coefficient: m.estimate("", append(make([]float64, len(m.Thresholds)), l[1:]...))}, nil
}

// A Ratio is a contrast on its multiplied scale: an odds ratio, or a ratio of times whose logarithms were modelled.
type Ratio struct {
	Estimate float64
	Interval stat.Interval
}

// Ratio is exp of the contrast, which has to be of natural logarithms.
func (c Contrast) Ratio() Ratio {
	return Ratio{math.Exp(c.Estimate), stat.Interval{Low: math.Exp(c.Interval.Low), High: math.Exp(c.Interval.High)}}
}

// A LikelihoodRatio says whether a model explains more than one that lacks some of its terms.
type LikelihoodRatio struct {
	Term Term // what is tested; nil if it is more than one
	Chi2 float64
	DF   float64
	P    float64
}

// Compare tests a model against a smaller one of the same rows. It is refused if the second is not smaller, or of other rows.
func (m *Ordinal) Compare(small *Ordinal) (LikelihoodRatio, error) {
	df := len(m.Coefficients) - len(small.Coefficients)
	if df < 1 || m.Rows != small.Rows || m.Points != small.Points || !slices.Equal(m.Categories, small.Categories) {
		return LikelihoodRatio{}, refuse("Only a model with fewer terms of the same values, fitted in the same way, can be compared with this one.")
	}
	t := LikelihoodRatio{Chi2: max(0, 2*(m.LogLik-small.LogLik)), DF: float64(df)}
	t.P = distuv.ChiSquared{K: t.DF}.Survival(t.Chi2)
	return t, nil
}

// OrdinalEffects tests each term of s: given all others that do not contain it (type II).
func OrdinalEffects(rows []Row, s Spec, points int) ([]LikelihoodRatio, error) {
	var tests []LikelihoodRatio
	for _, t := range s.terms() {
		without := []Term{}
		for _, other := range s.terms() {
			if !other.contains(t) {
				without = append(without, other)
			}
		}
		with := append(slices.Clone(without), t)
		large, err := FitOrdinal(rows, Spec{Factors: s.Factors, Covariates: s.Covariates, Terms: with}, points)
		if err != nil {
			return nil, err
		}
		small, err := FitOrdinal(rows, Spec{Factors: s.Factors, Covariates: s.Covariates, Terms: without}, points)
		if err != nil {
			return nil, err
		}
		test, err := large.Compare(small)
		if err != nil {
			return nil, err
		}
		test.Term = t
		tests = append(tests, test)
	}
	return tests, nil
}

// contains reports whether each name of other is in t.
func (t Term) contains(other Term) bool {
	return !slices.ContainsFunc(other, func(name string) bool { return !slices.Contains(t, name) })
}
