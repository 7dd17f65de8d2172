package stat

import (
	"fmt"

	"gonum.org/v1/gonum/stat/distuv"
)

// A CochranTest says whether something happens equally often in two or more conditions to the same participants.
type CochranTest struct {
	Used
	Conditions []string
	Totals     []int   // to how many participants it happened in each condition
	Alike      int     // participants to whom it happened everywhere or nowhere, who say nothing about the difference
	Q          float64 // chi-squared if there are many participants
	DF         float64 // conditions - 1
	P          float64 // from the chi-squared distribution
	ExactP     float64 // over all permutations within participants; 0 unless Exact
	Exact      bool    // there are few enough conditions and participants to have ExactP
	Eta2       float64 // Q/(n (k-1)), from 0 to 1
}

// CochranQ compares what is 1 (it happened) or 0 (it did not); another value gives ErrOutOfScale. Who lacks a condition
// is dropped. If nobody tells the conditions apart, the error is ErrAllEqual.
//
// Sources: Cochran, The comparison of percentages in matched samples (1950); Serlin, Carr and Marascuilo, A measure
// of association for selected nonparametric procedures (1982), for Eta2.
func CochranQ(obs []Observation, conditions []string) (CochranTest, error) {
	whole, used, err := blocks(obs, conditions)
	if err != nil {
		return CochranTest{}, fmt.Errorf("cochran: %w", err)
	}
	k := len(conditions)
	if used.N < 1 || k < 2 {
		return CochranTest{}, fmt.Errorf("cochran of %d participants who have all of %d conditions: %w", used.N, k, ErrTooFew)
	}
	t := CochranTest{Used: used, Conditions: conditions, Totals: make([]int, k), DF: float64(k - 1)}
	var rows [][]int // of each participant who tells them apart
	noise := 0.0
	for _, row := range whole {
		happened, own := 0, make([]int, k)
		for j, v := range row.values {
			if v != 0 && v != 1 {
				return CochranTest{}, fmt.Errorf("cochran of %g, which should be 0 or 1: %w", v, ErrOutOfScale)
			}
			own[j] = int(v)
			happened += int(v)
			t.Totals[j] += int(v)
		}
		if happened == 0 || happened == k {
			t.Alike++
			continue
		}
		rows = append(rows, own)
		noise += float64(happened * (k - happened))
	}
	if rows == nil {
		return CochranTest{}, fmt.Errorf("cochran: nobody tells the conditions apart: %w", ErrAllEqual)
	}
	t.Q = t.DF * float64(unevenness(t.Totals)) / noise
	t.P = distuv.ChiSquared{K: t.DF}.Survival(t.Q)
	t.Eta2 = min(1, t.Q/(float64(used.N)*t.DF))
	t.ExactP, t.Exact = permutedP(rows)
	return t, nil
}
