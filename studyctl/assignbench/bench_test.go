package assignbench

import (
	"math"
	"testing"

	"vmstudy/bench"
)

// The bound is compared with every way in which up to three people who have finished and up to five
// who are still there can stand in the eight sequences, by their exact expectations.
func TestNoArrangementIsBelowTheBound(t *testing.T) {
	const p = 0.7
	for settled := range 4 {
		for there := range 6 {
			least := math.Inf(1)
			compositions(settled, sequences, func(f []int) {
				compositions(there, sequences, func(a []int) {
					least = min(least, expected(f, a, p))
				})
			})
			if bound := openEnd(there, p); least < bound-1e-9 {
				t.Errorf("%d finished and %d there: an arrangement reaches %g, below the bound %g", settled, there, least, bound)
			}
		}
	}
}

// expected is the expected sum of squared deviations, from the exact first two moments of each
// sequence: E[(x-mean)²] = E[x²] summed, less S E[mean²].
func expected(f, a []int, p float64) float64 {
	squares, total, variance := 0.0, 0.0, 0.0
	for s := range f {
		m, v := float64(f[s])+p*float64(a[s]), p*(1-p)*float64(a[s])
		squares, total, variance = squares+m*m+v, total+m, variance+v
	}
	return squares - (total*total+variance)/float64(len(f))
}

// compositions calls do with the ways to divide n people over k sequences, the fullest first: the
// order of sequences does not matter to the first list, and for the second every order is tried.
func compositions(n, k int, do func([]int)) {
	list := make([]int, k)
	var fill func(i, left int)
	fill = func(i, left int) {
		if i == k-1 {
			list[i] = left
			do(list)
			return
		}
		for x := range left + 1 {
			list[i] = x
			fill(i+1, left-x)
		}
	}
	fill(0, n)
}

func TestTheRuleKeepsWhatItPromises(t *testing.T) {
	report, err := Bench(1000).Run(t.Context(), bench.Options{Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range report.Rows {
		if !r.OK {
			t.Errorf("%s, %s: %.3f, want at most %.3f", r.Name, r.Condition, r.Value, *r.Bar)
		}
		if r.Name == "rms_deviation" && r.Value < 0.97**r.Peer { // less the scatter of 200 studies
			t.Errorf("%s: %.3f is below what any rule can reach, %.3f", r.Condition, r.Value, *r.Peer)
		}
	}
}

// A rule that never gets a place back must not pass, or the bar says nothing.
func TestTheBarTellsRotationApart(t *testing.T) {
	for _, dropout := range dropouts[1:] {
		rows := measureInvited(dropout, 200, 7)
		if bar, rotation := *rows[0].Bar, rows[1].Value; rotation < bar {
			t.Errorf("%g drop out: rotation reaches %.3f, within the bar %.3f", dropout, rotation, bar)
		}
	}
}
