package stat

import "fmt"

// A SignTest says whether more participants are higher in A than in B. It does not ask by how much, so it needs no scale
// with equal steps, and it finds less than SignedRank.
type SignTest struct {
	Used
	A, B   string
	Higher int     // in A
	Lower  int     // in A
	Zeros  int     // equal in both; left out
	P      float64 // two-sided, exact; 1 if all are equal
}

// Sign counts. Source: Conover, Practical Nonparametric Statistics, 3rd ed. (1999), section 3.4.
func Sign(p Paired) (SignTest, error) {
	if len(p.Differences) == 0 {
		return SignTest{}, fmt.Errorf("sign test of no differences: %w", ErrTooFew)
	}
	if err := checkValues(p.Differences); err != nil {
		return SignTest{}, fmt.Errorf("sign test: %w", err)
	}
	t := SignTest{Used: p.Used, A: p.A, B: p.B}
	for _, d := range p.Differences {
		switch {
		case d > 0:
			t.Higher++
		case d < 0:
			t.Lower++
		default:
			t.Zeros++
		}
	}
	t.P = coinP(t.Higher, t.Lower)
	return t, nil
}
