package netem_test

import (
	"math"
	"testing"

	"vmstudy/netem"
	"vmstudy/studytest"
)

func TestBurstLossHasItsMeanAndItsBursts(t *testing.T) {
	const count = 400_000 // so that what is counted is nearly normal
	const sigmas = 5.5    // by chance, one of the ten figures is beyond that once in a million runs
	seed := studytest.Seed(t)
	for _, test := range []struct{ loss, burst float64 }{{0.001, 1.01}, {0.01, 8}, {0.1, 3}, {0.5, 2}, {0.9, 40}} {
		b := netem.NewBurstLoss(test.loss, test.burst, seeded(seed))
		lost, bursts, inside := 0.0, 0.0, false
		for i := range count {
			kept := b.Push(packet(i, 40, start))
			if !kept {
				lost++
				if !inside {
					bursts++
				}
			}
			inside = !kept
			b.Pop(start)
		}
		// Neighbouring losses are correlated, so the variance of their number is that of the binomial
		// distribution times (1+c)/(1-c), where c = 1-p-r is the correlation of neighbours.
		p, r := netem.Gilbert(test.loss, test.burst)
		c := 1 - p - r
		margin := sigmas * math.Sqrt(count*test.loss*(1-test.loss)*(1+c)/(1-c))
		if math.Abs(lost-count*test.loss) > margin {
			t.Errorf("loss %g in bursts of %g: lost %g of %d, want %g ± %.0f", test.loss, test.burst, lost, count, count*test.loss, margin)
		}
		// The length of a burst is geometric: its standard deviation is burst·√(1-1/burst).
		margin = sigmas * test.burst * math.Sqrt((1-1/test.burst)/bursts)
		if mean := lost / bursts; math.Abs(mean-test.burst) > margin+1e-9 {
			t.Errorf("loss %g in bursts of %g: mean burst of %.3f, want ± %.3f", test.loss, test.burst, mean, margin)
		}
	}
}
