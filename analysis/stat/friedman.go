package stat

import (
	"fmt"

	"gonum.org/v1/gonum/stat/distuv"
)

// A FriedmanTest says whether participants rank three or more conditions alike. With two conditions it is a sign test;
// SignedRank tells more.
type FriedmanTest struct {
	Used
	Conditions []string
	RankSums   []float64 // of each condition, over participants; the lowest value has rank 1, equal values share ranks
	Ties       int       // participants with equal values in two or more conditions
	Chi2       float64   // corrected for ties
	DF         float64   // conditions - 1
	P          float64   // from the chi-squared distribution
	ExactP     float64   // over all orders that each participant's ranks could have; 0 unless Exact
	Exact      bool      // there are few enough participants and conditions to have ExactP
	W          float64   // Kendall's coefficient of concordance, from 0 (no agreement) to 1
	F          float64   // of Iman and Davenport, which keeps its level better with few participants; 0 where W is 1
	FDF1, FDF2 float64
	FP         float64
}

// Friedman ranks the conditions within each participant and compares the sums of ranks. Who lacks a condition is dropped.
// Errors: ErrTooFew below 2 participants or conditions; ErrAllEqual if every participant has the same value everywhere;
// ErrRepeated and ErrNotFinite.
//
// Sources: Friedman, The use of ranks to avoid the assumption of normality (1937); Hollander and Wolfe, Nonparametric
// Statistical Methods, 2nd ed. (1999), section 7.1, for ties; Iman and Davenport, Approximations of the critical
// region of the Friedman statistic (1980); Kendall and Babington Smith, The problem of m rankings (1939).
func Friedman(obs []Observation, conditions []string) (FriedmanTest, error) {
	whole, used, err := blocks(obs, conditions)
	if err != nil {
		return FriedmanTest{}, fmt.Errorf("friedman: %w", err)
	}
	n, k := float64(used.N), float64(len(conditions))
	if n < 2 || k < 2 {
		return FriedmanTest{}, fmt.Errorf("friedman of %g participants who have all of %g conditions: %w", n, k, ErrTooFew)
	}
	t := FriedmanTest{Used: used, Conditions: conditions, RankSums: make([]float64, len(conditions)), DF: k - 1}
	tied := 0.0
	var doubled [][]int // ranks, which are multiples of one half
	for _, row := range whole {
		own := make([]int, len(conditions))
		for j, r := range Ranks(row.values) {
			t.RankSums[j] += r
			own[j] = int(2 * r)
		}
		doubled = append(doubled, own)
		sizes := tieSizes(row.values)
		tied += cubes(sizes)
		if len(sizes) > 0 {
			t.Ties++
		}
	}
	spread := n*k*(k+1) - tied/(k-1)
	if spread <= 0 {
		return FriedmanTest{}, fmt.Errorf("friedman: nobody tells the conditions apart: %w", ErrAllEqual)
	}
	sum := 0.0
	for _, r := range t.RankSums {
		d := r - n*(k+1)/2
		sum += d * d
	}
	t.Chi2 = 12 * sum / spread
	t.P = distuv.ChiSquared{K: t.DF}.Survival(t.Chi2)
	t.W = min(1, t.Chi2/(n*t.DF))
	t.davenport()
	t.ExactP, t.Exact = permutedP(doubled)
	return t, nil
}

// davenport fills in F and its p, which is 0 where all rankings agree and F would be infinite.
func (t *FriedmanTest) davenport() {
	n := float64(t.N)
	t.FDF1, t.FDF2 = t.DF, t.DF*(n-1)
	if 1-t.W < 1e-12 {
		return
	}
	t.F = (n - 1) * t.W / (1 - t.W)
	t.FP = distuv.F{D1: t.FDF1, D2: t.FDF2}.Survival(t.F)
}
