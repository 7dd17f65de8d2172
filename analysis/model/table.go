package model

import (
	"maps"
	"math"
	"slices"

	"vmstudy/analysis/stat"
)

// A table has one value of each participant in each combination of levels, and nobody lacks any.
type table struct {
	stat.Used
	factors []Factor
	people  []string
	y       [][]float64 // of each person, in each cell; the last factor varies fastest
}

// newTable drops participants who lack a cell. Two values of one person in a cell are refused.
func newTable(rows []Row, factors []Factor) (*table, error) {
	s := Spec{Factors: factors}
	if err := s.check(); err != nil {
		return nil, err
	}
	t := &table{factors: factors}
	own := map[string][]float64{}
	for _, r := range rows {
		at, err := s.place(r)
		if err != nil {
			return nil, err
		}
		if own[r.Participant] == nil {
			own[r.Participant] = slices.Repeat([]float64{math.NaN()}, t.cells())
		}
		c := t.cell(at)
		if !math.IsNaN(own[r.Participant][c]) {
			return nil, refuse("%s has two values with %s. Reduce them to one first.", r.Participant, t.name(c))
		}
		own[r.Participant][c] = r.Value
	}
	for _, p := range slices.Sorted(maps.Keys(own)) {
		if gap := slices.IndexFunc(own[p], math.IsNaN); gap >= 0 {
			t.Dropped = append(t.Dropped, stat.Dropped{Participant: p, Why: "no value with " + t.name(gap)})
			continue
		}
		t.people, t.y = append(t.people, p), append(t.y, own[p])
	}
	if t.N = len(t.people); t.N < Fewest {
		return nil, refuse("%d participants have a value in each condition; it takes %d at least.", t.N, Fewest)
	}
	return t, nil
}

func (t *table) cells() int {
	n := 1
	for _, f := range t.factors {
		n *= len(f.Levels)
	}
	return n
}

func (t *table) cell(at []int) int {
	c := 0
	for i, f := range t.factors {
		c = c*len(f.Levels) + at[i]
	}
	return c
}

// levels is the inverse of cell.
func (t *table) levels(c int) []int {
	at := make([]int, len(t.factors))
	for i := len(at) - 1; i >= 0; i-- {
		at[i] = c % len(t.factors[i].Levels)
		c /= len(t.factors[i].Levels)
	}
	return at
}

func (t *table) name(c int) string {
	var parts []string
	for i, l := range t.levels(c) {
		parts = append(parts, t.factors[i].Name+" "+t.factors[i].Levels[l])
	}
	return and(parts)
}

// means returns, for each cell, the mean of the cells that agree with it in the factors of a set.
func (t *table) means(y []float64, set int) []float64 {
	sums, sizes := map[int]float64{}, map[int]float64{}
	key := func(c int) int {
		at := t.levels(c)
		for i := range at {
			if set>>i&1 == 0 {
				at[i] = 0
			}
		}
		return t.cell(at)
	}
	for c, v := range y {
		sums[key(c)] += v
		sizes[key(c)]++
	}
	out := make([]float64, len(y))
	for c := range y {
		out[c] = sums[key(c)] / sizes[key(c)]
	}
	return out
}

// effect returns what the interaction of the factors of a set, or the one factor, adds in each cell.
func (t *table) effect(y []float64, set int) []float64 {
	out := make([]float64, len(y))
	for part := range set + 1 {
		if part&^set != 0 {
			continue
		}
		sign := 1.0
		if (ones(set)-ones(part))%2 == 1 {
			sign = -1
		}
		for c, m := range t.means(y, part) {
			out[c] += sign * m
		}
	}
	return out
}

func ones(set int) int {
	n := 0
	for ; set > 0; set >>= 1 {
		n += set & 1
	}
	return n
}

// average returns the mean over people in each cell.
func (t *table) average() []float64 {
	out := make([]float64, t.cells())
	for _, y := range t.y {
		for c, v := range y {
			out[c] += v / float64(t.N)
		}
	}
	return out
}

// set returns the factors of a term as a set.
func (t *table) set(term Term) int {
	set := 0
	for i, f := range t.factors {
		if slices.Contains(term, f.Name) {
			set |= 1 << i
		}
	}
	return set
}

// rows returns the table as rows, with other values in place of its own if there are some.
func (t *table) rows(values [][]float64) []Row {
	var rows []Row
	for i, p := range t.people {
		for c, v := range values[i] {
			var levels []string
			for j, l := range t.levels(c) {
				levels = append(levels, t.factors[j].Levels[l])
			}
			rows = append(rows, Row{Participant: p, Levels: levels, Value: v})
		}
	}
	return rows
}
