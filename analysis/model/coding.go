package model

import (
	"slices"
	"strings"
)

// A coding says which numbers stand for the levels of a factor. Fits are the same with either; coefficients are not.
type coding int

const (
	// treatment: a column for each level but the first, 1 in that level. A coefficient is a level less the first.
	treatment coding = iota
	// sum: a column for each level but the last, 1 in that level and -1 in the last. A coefficient is a level less the mean of
	// all levels; tests of effects are those of type III.
	sum
)

// columns returns what a level of a factor is in the columns of the factor.
func (c coding) columns(f Factor, level int) []float64 {
	cols := make([]float64, len(f.Levels)-1)
	switch {
	case c == treatment && level > 0:
		cols[level-1] = 1
	case c == sum && level < len(cols):
		cols[level] = 1
	case c == sum:
		for i := range cols {
			cols[i] = -1
		}
	}
	return cols
}

// names returns the names of the columns of a factor: "method=vnc".
func (c coding) names(f Factor) []string {
	levels := f.Levels[1:]
	if c == sum {
		levels = f.Levels[:len(f.Levels)-1]
	}
	var names []string
	for _, l := range levels {
		names = append(names, f.Name+"="+l)
	}
	return names
}

// A layout says which columns a model has. The first is the intercept.
type layout struct {
	spec   Spec
	coding coding
	terms  []Term
	names  []string // of the columns
	owner  []int    // the place among terms of each column, -1 for the intercept
}

func newLayout(s Spec, c coding) layout {
	l := layout{spec: s, coding: c, terms: s.terms(), names: []string{"(intercept)"}, owner: []int{-1}}
	for i, t := range l.terms {
		names := []string{""}
		for _, name := range t {
			of := []string{name} // a covariate
			if f := s.factor(name); f >= 0 {
				of = c.names(s.Factors[f])
			}
			var next []string
			for _, a := range names {
				for _, b := range of {
					next = append(next, strings.TrimPrefix(a+":"+b, ":"))
				}
			}
			names = next
		}
		l.names = append(l.names, names...)
		l.owner = append(l.owner, slices.Repeat([]int{i}, len(names))...)
	}
	return l
}

// row returns the columns at levels (an index for each factor) and values of the covariates.
func (l layout) row(levels []int, covariates []float64) []float64 {
	x := []float64{1}
	for _, t := range l.terms {
		cols := []float64{1}
		for _, name := range t {
			of := []float64{0}
			if f := l.spec.factor(name); f >= 0 {
				of = l.coding.columns(l.spec.Factors[f], levels[f])
			} else {
				of[0] = covariates[slices.Index(l.spec.Covariates, name)]
			}
			var next []float64
			for _, a := range cols {
				for _, b := range of {
					next = append(next, a*b)
				}
			}
			cols = next
		}
		x = append(x, cols...)
	}
	return x
}

// of returns the columns of one term.
func (l layout) of(term int) []int {
	var cols []int
	for j, o := range l.owner {
		if o == term {
			cols = append(cols, j)
		}
	}
	return cols
}
