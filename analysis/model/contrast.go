package model

import (
	"slices"
	"strings"

	"vmstudy/analysis/stat"
)

// At names a place in a model, by the levels of some factors: {"method": "vnc", "network": "far"}. A factor that it does not
// name is averaged over its levels, each with the same weight.
type At map[string]string

// A Contrast is by how much the model is higher at A than at B, in the unit of the values, or in log odds.
type Contrast struct {
	A, B At
	Coefficient
}

// Contrast compares two places. Covariates, one of each of Spec.Covariates, are the same at both; without them they are at their
// means in the data.
func (m *Linear) Contrast(a, b At, covariates ...float64) (Contrast, error) {
	l, err := m.frame.difference(a, b, covariates)
	if err != nil {
		return Contrast{}, err
	}
	return Contrast{A: a, B: b, Coefficient: m.estimate("", l)}, nil
}

// Mean is what the model expects at a place, with its interval. Covariates are as in Contrast.
func (m *Linear) Mean(at At, covariates ...float64) (Coefficient, error) {
	l, err := m.frame.vector(at, covariates)
	if err != nil {
		return Coefficient{}, err
	}
	return m.estimate("", l), nil
}

// A Compared is a contrast of a family.
type Compared struct {
	Contrast
	Corrected float64 // P after Holm, over the Family
	Family    int
}

// Corrected applies Holm's method to contrasts that are one family.
func Corrected(family []Contrast) ([]Compared, error) {
	var ps []float64
	for _, c := range family {
		ps = append(ps, min(1, c.P))
	}
	corrected, err := stat.Holm(ps)
	var all []Compared
	for i, p := range corrected {
		all = append(all, Compared{Contrast: family[i], Corrected: p, Family: len(family)})
	}
	return all, err
}

// difference is the combination of coefficients that is a less b.
func (f *frame) difference(a, b At, covariates []float64) ([]float64, error) {
	x, err := f.vector(a, covariates)
	if err != nil {
		return nil, err
	}
	y, err := f.vector(b, covariates)
	if err != nil {
		return nil, err
	}
	for i := range x {
		x[i] -= y[i]
	}
	if !slices.ContainsFunc(x, func(v float64) bool { return v != 0 }) {
		return nil, refuse("The model has no difference between %v and %v.", a, b)
	}
	return x, nil
}

// vector is the combination of coefficients at a place.
func (f *frame) vector(at At, covariates []float64) ([]float64, error) {
	if len(covariates) == 0 {
		covariates = f.means
	}
	if len(covariates) != len(f.means) {
		return nil, refuse("The model has %d covariates, and was given %d values.", len(f.means), len(covariates))
	}
	fixed := make([]int, len(f.spec.Factors))
	var free []int
	named := 0
	for i, factor := range f.spec.Factors {
		level, is := at[factor.Name]
		if !is {
			free = append(free, i)
			continue
		}
		named++
		if fixed[i] = slices.Index(factor.Levels, level); fixed[i] < 0 {
			return nil, refuse("%s has no level %q.", factor.Name, level)
		}
	}
	if named < len(at) {
		return nil, refuse("The model has the factors %s, and was asked for another.", strings.Join(f.spec.names(), ", "))
	}
	mean := make([]float64, len(f.names))
	cells := 1.0
	for _, i := range free {
		cells *= float64(len(f.spec.Factors[i].Levels))
	}
	for more := true; more; more = f.advance(free, fixed) {
		for j, x := range f.row(fixed, covariates) {
			mean[j] += x / cells
		}
	}
	return mean, nil
}
