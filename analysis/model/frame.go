package model

import (
	"maps"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/mat"

	"vmstudy/analysis/stat"
	"vmstudy/study"
)

// Fewest is the least number of participants that a model takes: a spread between two people says nothing about people.
const Fewest = 3

// A frame is rows as matrices.
type frame struct {
	layout
	stat.Used
	x      *mat.Dense // a row for each value, a column for each of names
	y      []float64
	levels [][]int
	means  []float64       // of the covariates
	ranges []stat.Interval // of the covariates: from the least to the greatest
	person []int           // whose value it is, below N
}

func refuse(say string, args ...any) error { return study.Refuse(study.ErrInvalid, say, args...) }

// newFrame checks the rows and lays them out. Its errors are refusals.
func newFrame(rows []Row, s Spec, c coding) (*frame, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	f := &frame{layout: newLayout(s, c), means: make([]float64, len(s.Covariates)), ranges: slices.Repeat([]stat.Interval{{Low: math.Inf(1), High: math.Inf(-1)}}, len(s.Covariates))}
	people := map[string]int{}
	for _, r := range rows {
		people[r.Participant] = 0
	}
	for i, name := range slices.Sorted(maps.Keys(people)) {
		people[name] = i
	}
	f.N = len(people)
	var cells []float64
	for _, r := range rows {
		at, err := s.place(r)
		if err != nil {
			return nil, err
		}
		f.levels = append(f.levels, at)
		f.y = append(f.y, r.Value)
		f.person = append(f.person, people[r.Participant])
		cells = append(cells, f.row(at, r.Covariates)...)
		for j, v := range r.Covariates {
			f.means[j] += v / float64(len(rows))
			f.ranges[j] = stat.Interval{Low: min(f.ranges[j].Low, v), High: max(f.ranges[j].High, v)}
		}
	}
	if err := f.enough(); err != nil {
		return nil, err
	}
	f.x = mat.NewDense(len(rows), len(f.names), cells)
	if err := f.met(); err != nil {
		return nil, err
	}
	return f, f.apart()
}

// check refuses what no rows could mend.
func (s Spec) check() error {
	known := map[string]bool{}
	for _, f := range s.Factors {
		if len(f.Levels) < 2 {
			return refuse("%s has one level only, so there is nothing to compare.", f.Name)
		}
		for i, l := range f.Levels {
			if slices.Contains(f.Levels[:i], l) {
				return refuse("Level %s of %s is listed twice.", l, f.Name)
			}
		}
	}
	for _, name := range append(Spec{Factors: s.Factors}.names(), s.Covariates...) {
		if known[name] {
			return refuse("Two things that the model should explain values by have the name %s.", name)
		}
		known[name] = true
	}
	seen := map[string]bool{}
	for _, t := range s.terms() {
		for _, name := range t {
			if !known[name] {
				return refuse("The model should explain values by %s, and there is no such factor or covariate.", name)
			}
		}
		parts := slices.Sorted(slices.Values(t))
		if key := strings.Join(parts, "\x00"); len(t) == 0 || seen[key] || len(slices.Compact(parts)) < len(t) {
			return refuse("The term %q stands in the model twice, or names something twice, or nothing.", t.String())
		} else {
			seen[key] = true
		}
	}
	return nil
}

func (s Spec) names() []string {
	var names []string
	for _, f := range s.Factors {
		names = append(names, f.Name)
	}
	return names
}

// place returns the level of each factor as an index.
func (s Spec) place(r Row) ([]int, error) {
	if len(r.Levels) != len(s.Factors) || len(r.Covariates) != len(s.Covariates) {
		return nil, refuse("A value of %s has %d levels and %d covariates; the model has %d and %d.", r.Participant, len(r.Levels), len(r.Covariates), len(s.Factors), len(s.Covariates))
	}
	at := make([]int, len(s.Factors))
	for i, f := range s.Factors {
		if at[i] = slices.Index(f.Levels, r.Levels[i]); at[i] < 0 {
			return nil, refuse("A value of %s is at level %q of %s, which the model does not have.", r.Participant, r.Levels[i], f.Name)
		}
	}
	for _, v := range append([]float64{r.Value}, r.Covariates...) {
		if math.IsNaN(v) || math.Abs(v) > 1e30 {
			return nil, refuse("A value of %s is %g, and that is not a number that a model can use.", r.Participant, v)
		}
	}
	return at, nil
}

// enough refuses too few people or values.
func (f *frame) enough() error {
	n, p := len(f.y), len(f.names)
	switch {
	case f.N < Fewest:
		return refuse("There are values of %d participants; a model that separates people from conditions needs %d at least.", f.N, Fewest)
	case n == f.N:
		return refuse("Each participant has one value only, so people cannot be told from conditions. Compare groups by the Mann-Whitney test.")
	case n < p+2:
		return refuse("There are %d values for the %d numbers that the model has to find; it needs %d at least.", n, p, p+2)
	}
	return nil
}

// met refuses terms of which a combination of levels has no value: the sentence names the first.
func (f *frame) met() error {
	for _, t := range f.terms {
		of := f.spec.factorsOf(t)
		seen := map[string]bool{}
		for _, at := range f.levels {
			seen[f.combination(of, at)] = true
		}
		at := make([]int, len(f.spec.Factors))
		for more := len(of) > 0; more; more = f.advance(of, at) {
			if c := f.combination(of, at); !seen[c] && len(of) == 1 {
				return refuse("There is no value with %s. Leave this level out of the comparison.", c)
			} else if !seen[c] {
				return refuse("There is no value with %s, so the interaction of %s cannot be found. Compare such conditions apart, as a baseline without networks, or leave the interaction out.",
					c, and(t))
			}
		}
	}
	return nil
}

// combination names the levels of some factors: "method local and network far".
func (f *frame) combination(of, at []int) string {
	var parts []string
	for _, i := range of {
		parts = append(parts, f.spec.Factors[i].Name+" "+f.spec.Factors[i].Levels[at[i]])
	}
	return and(parts)
}

// and joins names as a sentence does.
func and(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1]
}

// advance goes to the next combination of levels of some factors, and reports whether there is one.
func (f *frame) advance(of, at []int) bool {
	for _, i := range of {
		if at[i]++; at[i] < len(f.spec.Factors[i].Levels) {
			return true
		}
		at[i] = 0
	}
	return false
}

// apart refuses columns that say the same: no data can tell their coefficients apart.
func (f *frame) apart() error {
	_, p := f.x.Dims()
	scaled := mat.DenseCopyOf(f.x)
	for j := range p {
		norm := mat.Norm(f.x.ColView(j), 2)
		if norm == 0 {
			return refuse("%s is 0 in every value.", f.names[j])
		}
		for i := range f.y {
			scaled.Set(i, j, f.x.At(i, j)/norm)
		}
	}
	var svd mat.SVD
	if !svd.Factorize(scaled, mat.SVDNone) {
		return refuse("The conditions of these values cannot be told apart by a computer.")
	}
	if s := svd.Values(nil); s[p-1] < 1e-8*s[0] {
		return refuse("What the model should explain values by cannot be told apart: in these values one of %s follows from the others.", and(f.termNames()))
	}
	return nil
}

func (f *frame) termNames() []string {
	var names []string
	for _, t := range f.terms {
		names = append(names, t.String())
	}
	return names
}
