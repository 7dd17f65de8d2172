package stat

import (
	"fmt"
	"math"
	"slices"
)

// exactTogether is up to how many values of both groups together MannWhitney computes exactly.
const exactTogether = 100

// A MannWhitneyTest says whether people in group A have higher values than other people, in group B.
type MannWhitneyTest struct {
	Used             // of both groups
	A, B     string  // the groups
	NA, NB   int     // their sizes
	Ties     int     // how many more values there are than different ones
	U        float64 // pairs of one of A and one of B in which A is higher; equal ones count one half
	P        float64 // two-sided
	Exact    bool    // P is from the distribution over all ways to form groups of these sizes; otherwise normal, with continuity correction
	Superior float64 // U/(NA NB): the probability that A is higher (A12 of Vargha and Delaney); Cliff's delta is 2 Superior - 1
	Shift    Shift   // A above B; the interval inverts the test without ties, both ends included
}

// MannWhitney compares two groups of different people. Condition of an observation is the group. The distribution
// is exact with ties, too, up to 100 people: as likely as what was seen is what lies as far from the mean of U on
// either side. Errors: ErrTooFew for an empty group, ErrRepeated for somebody with two values, in whatever groups, ErrNotFinite.
//
// Sources: Mann and Whitney, On a test of whether one of two random variables is stochastically larger than the
// other (1947); Vargha and Delaney, A critique and improvement of the CL common language effect size (2000).
func MannWhitney(obs []Observation, a, b string) (MannWhitneyTest, error) {
	xs, ys, err := apart(obs, a, b)
	if err != nil {
		return MannWhitneyTest{}, fmt.Errorf("mann-whitney: %w", err)
	}
	t := MannWhitneyTest{Used: Used{N: len(xs) + len(ys)}, A: a, B: b, NA: len(xs), NB: len(ys)}
	all := slices.Concat(xs, ys)
	ranks := Ranks(all)
	sizes := tieSizes(all)
	t.Ties = surplus(sizes)
	na, nb, n := float64(t.NA), float64(t.NB), float64(t.N)
	rankSum := 0.0
	for _, r := range ranks[:t.NA] {
		rankSum += r
	}
	t.U = rankSum - na*(na+1)/2
	t.Superior = t.U / (na * nb)
	variance := na * nb / 12 * (n + 1 - cubes(sizes)/(n*max(1, n-1)))
	t.P, t.Exact = 1, t.N <= exactTogether
	switch {
	case len(sizes) == 1 && sizes[0] == t.N: // all are equal
		t.Exact = true
	case t.Exact:
		weights := rankSums(ranks, t.NA)
		t.P = beyond(weights, math.Round(2*rankSum), na*(n+1))
	default:
		t.P = normalP(t.U-na*nb/2, math.Sqrt(variance))
	}
	t.Shift, err = shiftBetween(xs, ys)
	return t, err
}

// apart returns the values of the two groups.
func apart(obs []Observation, a, b string) (xs, ys []float64, err error) {
	if a == b {
		return nil, nil, fmt.Errorf("group %s against itself: %w", a, ErrRepeated)
	}
	seen := map[string]bool{}
	for _, o := range obs {
		if o.Condition != a && o.Condition != b {
			continue
		}
		if seen[o.Participant] {
			return nil, nil, fmt.Errorf("%s has two values: %w", o.Participant, ErrRepeated)
		}
		seen[o.Participant] = true
		if o.Condition == a {
			xs = append(xs, o.Value)
		} else {
			ys = append(ys, o.Value)
		}
	}
	if len(xs) == 0 || len(ys) == 0 {
		return nil, nil, fmt.Errorf("%d in %s and %d in %s: %w", len(xs), a, len(ys), b, ErrTooFew)
	}
	if err := checkValues(slices.Concat(xs, ys)); err != nil {
		return nil, nil, err
	}
	size := max(greatest(xs), greatest(ys))
	even(xs, size)
	even(ys, size)
	return xs, ys, nil
}

// rankSums returns the weight of each doubled sum of k of the ranks: in how many ways it comes about.
func rankSums(ranks []float64, k int) []float64 {
	total := 0
	for _, r := range ranks {
		total += int(math.Round(2 * r))
	}
	ways := make([][]float64, k+1) // ways[j][s]: to take j ranks with doubled sum s
	for j := range ways {
		ways[j] = make([]float64, total+1)
	}
	ways[0][0] = 1
	reach := 0
	for i, r := range ranks {
		step := int(math.Round(2 * r))
		for j := min(k, i+1); j >= 1; j-- {
			for s := reach; s >= 0; s-- {
				if w := ways[j-1][s]; w != 0 {
					ways[j][s+step] += w
				}
			}
		}
		reach += step
	}
	return ways[k]
}

// shiftBetween is the median of all differences between one of xs and one of ys. A shift between large groups has
// the interval of the normal distribution.
func shiftBetween(xs, ys []float64) (Shift, error) {
	if len(xs)*len(ys) > shiftPairs*shiftPairs/2 {
		return Shift{}, fmt.Errorf("shift between %d and %d values, which are too many: %w", len(xs), len(ys), ErrOutOfScale)
	}
	var differences []float64
	for _, x := range xs {
		for _, y := range ys {
			differences = append(differences, x-y)
		}
	}
	na, nb := len(xs), len(ys)
	if na+nb > exactTogether {
		return normalShift(differences, math.Sqrt(float64(na*nb)*float64(na+nb+1)/12), tail), nil
	}
	ranks := make([]float64, na+nb)
	for i := range ranks {
		ranks[i] = float64(i + 1)
	}
	var weights []float64
	for s, w := range rankSums(ranks, na) { // doubled sums of ranks are even here, and begin at na(na+1)
		if u := s/2 - na*(na+1)/2; s%2 == 0 && u >= 0 && u <= na*nb {
			weights = append(weights, w)
		}
	}
	return shiftOf(differences, weights, tail), nil
}
