package stat

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// A ZeroRule says what a signed-rank test does with differences of zero.
type ZeroRule string

// The two rules in use. They differ where there are zeros, and a report must name the one it took.
const (
	// DropZeros ranks what is left without them, as Wilcoxon did and as R's wilcox.test does.
	DropZeros ZeroRule = "Wilcoxon"
	// RankZeros lets them take up the lowest ranks and then leaves them out: Pratt, Remarks on zeros and ties in the
	// Wilcoxon signed rank procedures (1959). It is the default of R's package coin.
	RankZeros ZeroRule = "Pratt"
)

// exactPairs is up to how many non-zero differences SignedRank computes exactly.
const exactPairs = 100

// A SignedRankTest says whether values in A are higher than those in B, for the same participants.
type SignedRankTest struct {
	Used
	A, B         string
	Rule         ZeroRule
	Zeros        int     // differences of zero
	Ties         int     // how many more non-zero differences there are than different sizes of them
	V            float64 // sum of the ranks of the positive differences
	Z            float64 // V, standardised, corrected for ties and not for continuity; 0 if all differences are zero
	P            float64 // two-sided
	Exact        bool    // P is from the distribution over all signs; otherwise normal, with continuity correction
	RankBiserial float64 // (V+ - V-)/(V+ + V-), from -1 to 1; 0 if all differences are zero
	Shift        Shift
}

// SignedRank is Wilcoxon's signed-rank test of the differences of p. It is exact with ties and zeros, too: it takes the
// distribution over all signs that the non-zero differences could have. Beyond 100 of them it is normal.
// If all differences are zero, P is 1.
//
// Sources: Wilcoxon, Individual comparisons by ranking methods (1945); Pratt (1959) for the zeros; Kerby, The simple
// difference formula (2014), for the rank-biserial correlation.
func SignedRank(p Paired, rule ZeroRule) (SignedRankTest, error) {
	if err := checkSigns(p.Differences, rule); err != nil {
		return SignedRankTest{}, err
	}
	t := SignedRankTest{Used: p.Used, A: p.A, B: p.B, Rule: rule}
	ranks, positive := t.rank(p.Differences)
	total, squares := 0.0, 0.0
	for i, r := range ranks {
		total += r
		squares += r * r
		if positive[i] {
			t.V += r
		}
	}
	t.P, t.Exact = 1, true
	if total > 0 {
		t.RankBiserial = (2*t.V - total) / total
		t.Z = (t.V - total/2) / math.Sqrt(squares/4)
		if t.Exact = len(ranks) <= exactPairs; t.Exact {
			t.P = signsP(ranks, t.V)
		} else {
			t.P = normalP(t.V-total/2, math.Sqrt(squares/4))
		}
	}
	var err error
	t.Shift, err = HodgesLehmann(p.Differences)
	return t, err
}

// checkSigns refuses what has no signed-rank test.
func checkSigns(differences []float64, rule ZeroRule) error {
	if rule != DropZeros && rule != RankZeros {
		return fmt.Errorf("rule for zeros %q: %w", rule, ErrOutOfScale)
	}
	if len(differences) == 0 {
		return fmt.Errorf("signed rank of no differences: %w", ErrTooFew)
	}
	if err := checkValues(differences); err != nil {
		return fmt.Errorf("signed rank: %w", err)
	}
	return nil
}

// rank returns the ranks of the non-zero differences and which of these are positive, and counts zeros and ties.
func (t *SignedRankTest) rank(differences []float64) (ranks []float64, positive []bool) {
	var sizes, signs, whole []float64
	for _, d := range differences {
		whole = append(whole, math.Abs(d))
		if d != 0 {
			sizes, signs = append(sizes, math.Abs(d)), append(signs, d)
		}
	}
	t.Zeros, t.Ties = len(whole)-len(sizes), surplus(tieSizes(sizes))
	ranks = Ranks(sizes)
	for i, d := range signs {
		positive = append(positive, d > 0)
		if t.Rule == RankZeros {
			ranks[i] += float64(t.Zeros)
		}
	}
	return ranks, positive
}

// signsP returns the probability that the ranks with random signs give a sum of positive ones at least as far from its
// mean as v.
func signsP(ranks []float64, v float64) float64 {
	sums := signSums(ranks)
	return beyond(sums, math.Round(2*v), float64(len(sums)-1)/2)
}

// signSums returns the probability of each sum of positive ranks that random signs can give. Sums are doubled, since
// ranks are multiples of one half.
func signSums(ranks []float64) []float64 {
	sums := []float64{1}
	for _, r := range ranks {
		step := int(math.Round(2 * r))
		next := make([]float64, len(sums)+step)
		for s, p := range sums {
			next[s] += p / 2
			next[s+step] += p / 2
		}
		sums = next
	}
	return sums
}

// beyond returns the share of the weights at places that are at least as far from the centre as seen is.
func beyond(weights []float64, seen, centre float64) float64 {
	const slack = 1e-7 // places are multiples of one half
	far := math.Abs(seen-centre) - slack
	in, out := 0.0, 0.0
	for s, w := range weights {
		if math.Abs(float64(s)-centre) >= far {
			out += w
		} else {
			in += w
		}
	}
	return min(1, out/(in+out))
}

// normalP is two-sided, with continuity correction for a statistic that comes in whole steps.
func normalP(off, sd float64) float64 {
	z := max(0, math.Abs(off)-0.5) / sd
	return min(1, 2*distuv.UnitNormal.Survival(z))
}

// A Comparison is one of the pairs of a family of tests.
type Comparison struct {
	SignedRankTest
	Corrected float64 // P after Holm, over the Family
	Family    int     // number of pairs
	Err       error   // why there is no test, nil if there is one; P and Corrected are then 1, so that the family stays as it was stated
}

// SignedRankPairs tests each condition against each later one and corrects the p-values by Holm's method. The family is all
// of these pairs. A pair without a test has an Err.
func SignedRankPairs(obs []Observation, conditions []string, rule ZeroRule) ([]Comparison, error) {
	if _, err := columns(conditions); err != nil {
		return nil, fmt.Errorf("all pairs: %w", err)
	}
	var all []Comparison
	var ps []float64
	for i, a := range conditions {
		for _, b := range conditions[i+1:] {
			c := Comparison{SignedRankTest: SignedRankTest{A: a, B: b, P: 1}}
			pairs, err := Pairs(obs, a, b)
			if err == nil {
				var t SignedRankTest
				if t, err = SignedRank(pairs, rule); err == nil {
					c.SignedRankTest = t
				}
			}
			c.Err = err
			all, ps = append(all, c), append(ps, c.P)
		}
	}
	corrected, err := Holm(ps)
	for i := range corrected {
		all[i].Corrected, all[i].Family = corrected[i], len(all)
	}
	return all, err
}
