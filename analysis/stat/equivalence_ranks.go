package stat

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// A RankEquivalence is an Equivalence that does without means: for ratings.
type RankEquivalence struct {
	Used
	A, B      string
	Rule      ZeroRule
	Bound     float64 // in the unit of the values, above 0
	NotBelow  float64 // one-sided p-value of "A is lower than B by Bound or more"
	NotAbove  float64 // one-sided p-value of "A is higher than B by Bound or more"
	P         float64 // the larger one: small if A and B are equivalent
	Exact     bool    // both are from the distribution over all signs; otherwise normal, with continuity correction
	Within    Shift   // with an interval of 90 %
	Confirmed bool    // P is below 5 %
}

// EquivalentRanks is TOST with Wilcoxon's signed-rank test: it tests whether the differences, each plus the bound, lie
// above 0, and each less the bound below 0. It assumes that differences are symmetric about their middle. Errors are
// those of Equivalent, but differences may all be equal.
//
// Source: Wellek, Testing statistical hypotheses of equivalence and noninferiority (2010), chapter 5.
func EquivalentRanks(p Paired, bound float64, rule ZeroRule) (RankEquivalence, error) {
	if err := checkBound(bound); err != nil {
		return RankEquivalence{}, err
	}
	if err := checkSigns(p.Differences, rule); err != nil {
		return RankEquivalence{}, fmt.Errorf("equivalence: %w", err)
	}
	e := RankEquivalence{Used: p.Used, A: p.A, B: p.B, Rule: rule, Bound: bound, Exact: len(p.Differences) <= exactPairs}
	size := max(greatest(p.First), greatest(p.Second), bound)
	e.NotBelow = aboveZero(moved(p.Differences, bound, 1, size), rule)
	e.NotAbove = aboveZero(moved(p.Differences, bound, -1, size), rule)
	e.P = max(e.NotBelow, e.NotAbove)
	e.Confirmed = e.P < 0.05
	var err error
	e.Within, err = hodgesLehmann(p.Differences, 0.05)
	return e, err
}

// moved returns sign*x + by for each x.
func moved(xs []float64, by, sign, size float64) []float64 {
	all := make([]float64, len(xs))
	for i, x := range xs {
		all[i] = sign*x + by
	}
	even(all, size)
	return all
}

// aboveZero is the one-sided p-value of the signed-rank test that the differences lie above 0.
func aboveZero(differences []float64, rule ZeroRule) float64 {
	t := SignedRankTest{Rule: rule}
	ranks, positive := t.rank(differences)
	v, total, squares := 0.0, 0.0, 0.0
	for i, r := range ranks {
		total += r
		squares += r * r
		if positive[i] {
			v += r
		}
	}
	switch {
	case total == 0:
		return 1
	case len(differences) > exactPairs:
		return distuv.UnitNormal.Survival((v - total/2 - 0.5) / math.Sqrt(squares/4))
	}
	sums := signSums(ranks)
	p := 0.0
	for s := int(math.Round(2 * v)); s < len(sums); s++ {
		p += sums[s]
	}
	return min(1, p)
}
