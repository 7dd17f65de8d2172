package model

import (
	"math"
	"slices"
	"strings"

	"vmstudy/analysis/stat"
)

// An Aligned is the aligned rank transform of a factorial design, in which everybody meets each combination of levels.
type Aligned struct {
	stat.Used
	Effects []AlignedEffect
}

// An AlignedEffect is one effect, analysed on ranks of its own. Rows whose values were made equal by alignment share ranks.
type AlignedEffect struct {
	Effect           // by a linear mixed model of the ranks, Satterthwaite's degrees of freedom
	Repeated  Effect // by an analysis of variance with repeated measures, which needs more of the data and assumes less
	Remainder float64
	Others    float64 // the largest F of another effect on these ranks: much above 1 says that alignment does not work for these data
	Ties      int     // how many more rows there are than different aligned values
}

// ART aligns, ranks and analyses: from each value all effects but one are taken away, and the ranks of what is left are
// analysed for this one effect only. Remainder is the sum of the aligned values, which should be 0. Who lacks a combination is
// dropped. Errors are refusals.
//
// Source: Wobbrock, Findlater, Gergle and Higgins, The aligned rank transform for nonparametric factorial analyses using only ANOVA
// procedures (CHI 2011).
func ART(rows []Row, factors []Factor) (Aligned, error) {
	t, err := newTable(rows, factors)
	if err != nil {
		return Aligned{}, err
	}
	out := Aligned{Used: t.Used}
	for _, term := range Full(factors) {
		e, err := t.aligned(term)
		if err != nil {
			return Aligned{}, err
		}
		out.Effects = append(out.Effects, e)
	}
	return out, nil
}

func (t *table) aligned(term Term) (AlignedEffect, error) {
	average := t.average()
	values := t.align(t.effect(average, t.set(term)), average)
	ranks, ties := t.ranked(values)
	e := AlignedEffect{Ties: ties}
	for _, y := range values {
		for _, v := range y {
			e.Remainder += v
		}
	}
	if len(t.y)*t.cells()-ties < 2 {
		return e, refuse("All values are equal once they are aligned for %s, so their ranks say nothing.", term)
	}
	m, err := FitLinear(t.rows(ranks), Spec{Factors: t.factors})
	if err != nil {
		return e, err
	}
	for _, other := range m.Effects {
		if slices.Equal(other.Term, term) {
			e.Effect = other
		} else {
			e.Others = math.Max(e.Others, other.F)
		}
	}
	byRanks := &table{Used: t.Used, factors: t.factors, people: t.people, y: ranks}
	repeated, err := byRanks.repeated(term)
	e.Repeated = repeated.Effect
	return e, err
}

// align returns each value less the mean of its cell, plus an effect.
func (t *table) align(effect, average []float64) [][]float64 {
	var out [][]float64
	for _, y := range t.y {
		var own []float64
		for c, v := range y {
			own = append(own, v-average[c]+effect[c])
		}
		out = append(out, own)
	}
	return out
}

// ranked ranks all values together. It rounds them first to 10 digits of the greatest value there was before alignment: what differs
// by rounding errors only is a tie.
func (t *table) ranked(values [][]float64) (ranks [][]float64, ties int) {
	size := 0.0
	for _, y := range t.y {
		for _, v := range y {
			size = math.Max(size, math.Abs(v))
		}
	}
	unit := math.Pow(10, math.Ceil(math.Log10(size))-10)
	var flat []float64
	for _, y := range values {
		for _, v := range y {
			if size > 0 {
				v = math.Round(v / unit)
			}
			flat = append(flat, v)
		}
	}
	all := stat.Ranks(flat)
	for i := range values {
		ranks = append(ranks, all[i*t.cells():(i+1)*t.cells()])
	}
	slices.Sort(flat)
	return ranks, len(flat) - len(slices.Compact(flat))
}

// ARTContrasts compares all combinations of levels of some factors with each other, on ranks aligned for just that (ART-C), and corrects
// by Holm's method over all of these pairs. Contrasts on the ranks of ART itself would find too much or too little. Estimates are in
// ranks: tell their direction, not their size. Each place has one key: the names of the factors, joined by "/", as the levels are.
//
// Source: Elkin, Kay, Higgins and Wobbrock, An aligned rank transform procedure for multifactor contrast tests (UIST 2021).
func ARTContrasts(rows []Row, factors []Factor, of Term) ([]Compared, error) {
	t, err := newTable(rows, factors)
	if err != nil {
		return nil, err
	}
	set := t.set(of)
	if len(of) == 0 || ones(set) != len(of) {
		return nil, refuse("Contrasts of %q were asked for, and the design has the factors %s.", of, strings.Join(Spec{Factors: factors}.names(), ", "))
	}
	average := t.average()
	grand := stat.Mean(average)
	together := t.means(average, set)
	for c := range together {
		together[c] -= grand
	}
	ranks, _ := t.ranked(t.align(together, average))
	joined, places := t.join(ranks, set)
	m, err := FitLinear(joined.rows(joined.y), Spec{Factors: joined.factors})
	if err != nil {
		return nil, err
	}
	name := joined.factors[0].Name
	var family []Contrast
	for i, a := range places {
		for _, b := range places[i+1:] {
			c, err := m.Contrast(At{name: a}, At{name: b})
			if err != nil {
				return nil, err
			}
			family = append(family, c)
		}
	}
	return Corrected(family)
}

// join makes one factor, the first, of those of a set. The others follow.
func (t *table) join(values [][]float64, set int) (*table, []string) {
	var names, places []string
	var others []Factor
	for i, f := range t.factors {
		if set>>i&1 == 0 {
			others = append(others, f)
			continue
		}
		names = append(names, f.Name)
		var next []string
		for _, p := range append([]string(nil), first(places)...) {
			for _, l := range f.Levels {
				next = append(next, strings.TrimPrefix(p+"/"+l, "/"))
			}
		}
		places = next
	}
	j := &table{Used: t.Used, people: t.people, factors: append([]Factor{{strings.Join(names, "/"), places}}, others...)}
	for _, y := range values {
		own := make([]float64, len(y))
		for c, v := range y {
			at, rest := 0, []int{0}
			for i, l := range t.levels(c) {
				if set>>i&1 == 1 {
					at = at*len(t.factors[i].Levels) + l
				} else {
					rest = append(rest, l)
				}
			}
			rest[0] = at
			own[j.cell(rest)] = v
		}
		j.y = append(j.y, own)
	}
	return j, places
}

// first is what a product of levels begins with.
func first(places []string) []string {
	if places == nil {
		return []string{""}
	}
	return places
}
