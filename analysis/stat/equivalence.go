package stat

import "fmt"

// An Equivalence says whether A and B differ by less than a bound that was fixed beforehand, which a difference that
// is not significant does not say.
type Equivalence struct {
	PairedT
	Bound     float64  // in the unit of the values, above 0
	NotBelow  float64  // one-sided p-value of "A is lower than B by Bound or more"
	NotAbove  float64  // one-sided p-value of "A is higher than B by Bound or more"
	P         float64  // the larger one: small if A and B are equivalent
	Within    Interval // of the mean difference, 90 %: A and B are equivalent at 5 % if it lies between -Bound and Bound
	Confirmed bool     // P is below 5 %
}

// Equivalent tests twice, one-sided (TOST): Schuirmann, A comparison of the two one-sided tests procedure and the power
// approach (1987); Lakens, Equivalence tests (2017). NotBelow alone answers "A is no worse than B" where more is
// better, NotAbove where less is. For ratios give logarithms, also of the bound. A bound that is not above 0 gives
// ErrOutOfScale; other errors are those of PairedDifference.
func Equivalent(p Paired, bound float64) (Equivalence, error) {
	if err := checkBound(bound); err != nil {
		return Equivalence{}, err
	}
	t, err := PairedDifference(p)
	if err != nil {
		return Equivalence{}, fmt.Errorf("equivalence: %w", err)
	}
	e := Equivalence{PairedT: t, Bound: bound}
	e.NotBelow = t.student().Survival((t.Mean + bound) / t.error())
	e.NotAbove = t.student().CDF((t.Mean - bound) / t.error())
	e.P = max(e.NotBelow, e.NotAbove)
	e.Confirmed = e.P < 0.05
	half := t.student().Quantile(0.95) * t.error()
	e.Within = Interval{Low: t.Mean - half, High: t.Mean + half}
	return e, nil
}

// checkBound refuses a bound within which nothing can lie.
func checkBound(bound float64) error {
	if !(bound > 0) || checkValues([]float64{bound}) != nil {
		return fmt.Errorf("bound of equivalence %g: %w", bound, ErrOutOfScale)
	}
	return nil
}
