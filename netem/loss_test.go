package netem_test

import (
	"math"
	"slices"
	"testing"

	"vmstudy/netem"
	"vmstudy/studytest"
)

// survivors returns the numbers of the packets, of count, that a Loss lets pass.
func survivors(probability float64, seed uint64, count int) []int {
	l := netem.NewLoss(probability, seeded(seed))
	for i := range count {
		l.Push(packet(i, 40, start))
	}
	return popAll(l, start)
}

func TestLossDropsAsOftenAsSet(t *testing.T) {
	const count = 100_000
	seed := studytest.Seed(t)
	for _, p := range []float64{0, 0.001, 0.02, 0.5, 0.9} {
		lost := float64(count - len(survivors(p, seed, count)))
		// Five standard deviations of the binomial distribution. By chance, one of all figures is beyond that once in
		// 300,000 runs.
		if margin := 5 * math.Sqrt(count*p*(1-p)); math.Abs(lost-count*p) > margin {
			t.Errorf("probability %g: lost %g of %d, want %g ± %.0f", p, lost, count, count*p, margin)
		}
	}
}

func TestLossFollowsTheSeed(t *testing.T) {
	if !slices.Equal(survivors(0.3, 5, 1000), survivors(0.3, 5, 1000)) {
		t.Error("the same seed lost different packets")
	}
	if slices.Equal(survivors(0.3, 5, 1000), survivors(0.3, 6, 1000)) {
		t.Error("two seeds lost the same packets")
	}
}
