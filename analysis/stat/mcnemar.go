package stat

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// A McNemarTest says whether something happens more often in A than in B to the same participants.
type McNemarTest struct {
	Used
	A, B        string
	Both        int // in A and in B
	OnlyA       int
	OnlyB       int
	Neither     int
	P           float64  // two-sided, exact: the binomial distribution of OnlyA among OnlyA+OnlyB; 1 if both are 0
	Difference  float64  // share in A less share in B, from -1 to 1
	Approximate Interval // of Difference, adjusted Wald
}

// McNemar compares what is 1 (it happened) or 0 (it did not). Another value gives ErrOutOfScale.
//
// Sources: McNemar, Note on the sampling error of the difference between correlated proportions or percentages (1947),
// in its exact form; Bonett and Price, Adjusted Wald confidence interval for a difference of binomial proportions based
// on paired data (2012).
func McNemar(p Paired) (McNemarTest, error) {
	if len(p.First) == 0 || len(p.First) != len(p.Second) {
		return McNemarTest{}, fmt.Errorf("mcnemar of %d and %d values: %w", len(p.First), len(p.Second), ErrTooFew)
	}
	t := McNemarTest{Used: p.Used, A: p.A, B: p.B}
	for i, a := range p.First {
		b := p.Second[i]
		switch {
		case a != 0 && a != 1 || b != 0 && b != 1:
			return McNemarTest{}, fmt.Errorf("mcnemar of %g and %g, which should be 0 or 1: %w", a, b, ErrOutOfScale)
		case a == 1 && b == 1:
			t.Both++
		case a == 1:
			t.OnlyA++
		case b == 1:
			t.OnlyB++
		default:
			t.Neither++
		}
	}
	n, b, c := float64(len(p.First)), float64(t.OnlyA), float64(t.OnlyB)
	t.P = coinP(t.OnlyA, t.OnlyB)
	t.Difference = (b - c) / n
	q, r := (b+1)/(n+2), (c+1)/(n+2)
	half := distuv.UnitNormal.Quantile(1-tail) * math.Sqrt((q+r-(q-r)*(q-r))/(n+2))
	t.Approximate = Interval{Low: max(-1, q-r-half), High: min(1, q-r+half)}
	return t, nil
}

// coinP is the two-sided probability of so many heads and tails from a fair coin, or of a split less even. It is 1 of none.
func coinP(heads, tails int) float64 {
	if heads == tails {
		return 1
	}
	b := distuv.Binomial{N: float64(heads + tails), P: 0.5}
	return min(1, 2*b.CDF(float64(min(heads, tails))))
}
