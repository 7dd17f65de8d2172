package stat

import (
	"fmt"
	"maps"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// exactSteps is up to how many steps from one total of the conditions to the next CochranQ goes while it computes exactly. They
// take about half a second.
const exactSteps = 2_000_000

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
	var each []int // in how many conditions it happened to each participant who tells them apart
	noise := 0.0
	for _, row := range whole {
		happened := 0
		for j, v := range row.values {
			if v != 0 && v != 1 {
				return CochranTest{}, fmt.Errorf("cochran of %g, which should be 0 or 1: %w", v, ErrOutOfScale)
			}
			happened += int(v)
			t.Totals[j] += int(v)
		}
		if happened == 0 || happened == k {
			t.Alike++
			continue
		}
		each = append(each, happened)
		noise += float64(happened * (k - happened))
	}
	if each == nil {
		return CochranTest{}, fmt.Errorf("cochran: nobody tells the conditions apart: %w", ErrAllEqual)
	}
	t.Q = t.DF * float64(unevenness(t.Totals)) / noise
	t.P = distuv.ChiSquared{K: t.DF}.Survival(t.Q)
	t.Eta2 = min(1, t.Q/(float64(used.N)*t.DF))
	t.ExactP, t.Exact = totalsP(each, t.Totals)
	return t, nil
}

// unevenness is k times the sum of squares less the square of the sum: k squared times the variance.
func unevenness(totals []int) int {
	sum, squares := 0, 0
	for _, x := range totals {
		sum += x
		squares += x * x
	}
	return len(totals)*squares - sum*sum
}

// widest is up to how many conditions totalsP works.
const widest = 12

// spots are the totals of up to widest conditions in ascending order. The order may be given up since what is
// asked of them depends on none.
type spots [widest]int16

// totalsP returns the probability that random choices of as many conditions for each participant make totals at least as
// uneven as these. It gives up where there would be too many different totals.
func totalsP(each, totals []int) (p float64, done bool) {
	k := len(totals)
	if k > widest || len(each) > 1000 {
		return 0, false
	}
	chances, steps := map[spots]float64{{}: 1}, 0
	for _, happened := range each {
		next := map[spots]float64{}
		ways := subsets(k, happened)
		if steps += len(chances) * len(ways); steps > exactSteps {
			return 0, false
		}
		// In order of keys, so that rounding is the same in each run.
		for _, from := range slices.SortedFunc(maps.Keys(chances), func(a, b spots) int { return slices.Compare(a[:], b[:]) }) {
			for _, way := range ways {
				to := from
				for _, j := range way {
					to[j]++
				}
				slices.Sort(to[:k])
				next[to] += chances[from] / float64(len(ways))
			}
		}
		chances = next
	}
	seen := unevenness(totals)
	// Again in order.
	for _, s := range slices.SortedFunc(maps.Keys(chances), func(a, b spots) int { return slices.Compare(a[:], b[:]) }) {
		var sums []int
		for _, x := range s[:k] {
			sums = append(sums, int(x))
		}
		if unevenness(sums) >= seen {
			p += chances[s]
		}
	}
	return min(1, p), true
}

// subsets lists the ways to choose m of the first k numbers.
func subsets(k, m int) [][]int {
	if m == 0 {
		return [][]int{nil}
	}
	var all [][]int
	for last := m - 1; last < k; last++ {
		for _, rest := range subsets(last, m-1) {
			all = append(all, append(slices.Clone(rest), last))
		}
	}
	return all
}
