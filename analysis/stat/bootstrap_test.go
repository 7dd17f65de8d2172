package stat

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Efron and Tibshirani (1993), chapter 14: the spatial test, A, of 26 children. Of the variance with divisor n they report 171.5,
// an acceleration of 0.061, and that BCa moves both ends up, the upper one further.
func TestBCaMovesThePublishedInterval(t *testing.T) {
	xs := []float64{48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41}
	variance := func(who []int) float64 {
		mean, sum := 0.0, 0.0
		for _, i := range who {
			mean += xs[i] / float64(len(who))
		}
		for _, i := range who {
			sum += (xs[i] - mean) * (xs[i] - mean)
		}
		return sum / float64(len(who))
	}
	if a := acceleration(len(xs), variance); !near(a, 0.061, 3) {
		t.Errorf("acceleration %.4f, published 0.061", a)
	}
	plain, err := Bootstrap(len(xs), variance, Resampling{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	corrected, err := Bootstrap(len(xs), variance, Resampling{Seed: 1, Method: BCa})
	if err != nil || !near(plain.Estimate, 171.5, 0) || corrected.Interval.Low < plain.Interval.Low+5 || corrected.Interval.High < plain.Interval.High+10 {
		t.Errorf("estimate %g, percentile %v, BCa %v, %v; want 171.5 and BCa clearly higher at both ends", plain.Estimate, plain.Interval, corrected.Interval, err)
	}
}

func TestBootstrapIsReproducedByItsSeed(t *testing.T) {
	first, err := BootstrapMean(mpg, Resampling{Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	again, _ := BootstrapMean(mpg, Resampling{Seed: 7})
	other, _ := BootstrapMean(mpg, Resampling{Seed: 8})
	if first != again || first.Interval == other.Interval || first.Resamples != 10_000 || first.Method != Percentile {
		t.Errorf("%+v, again %+v, with another seed %+v", first, again, other)
	}
	if !near(first.Interval.Low, 18.1, 0) || !near(first.Interval.High, 22.2, 0) || first.Narrow {
		t.Errorf("interval %v, want about 18.1 to 22.2 (mean 20.09, standard error 1.05)", first.Interval)
	}
}

// The coverage that a result states is what simulation finds, at the sizes that studies have, and both methods miss 93 % at
// n = 12. The printed table is what docs/statistics.md quotes.
func TestBootstrapCoverage(t *testing.T) {
	if testing.Short() {
		t.Skip("takes some seconds")
	}
	const runs, resamples = 1200, 200
	for _, n := range []int{6, 12, 24, 40} {
		for _, m := range []BootstrapMethod{Percentile, BCa} {
			rng := rand.New(rand.NewPCG(uint64(n), 3))
			held := 0
			for run := range runs {
				xs := make([]float64, n)
				for i := range xs {
					xs[i] = rng.NormFloat64()
				}
				b, err := BootstrapMean(xs, Resampling{Method: m, Resamples: resamples, Seed: uint64(run)})
				if err != nil {
					t.Fatal(err)
				}
				if within(b.Interval, 0) {
					held++
				}
			}
			share, stated := float64(held)/runs, coverage(n)
			t.Logf("bootstrap, %s, n = %d: covers %.3f, stated %.3f", m, n, share, stated)
			if slack := 0.01 + 3.3*math.Sqrt(stated*(1-stated)/runs); math.Abs(share-stated) > slack {
				t.Errorf("%s, n = %d: covers %.3f, the result says %.3f", m, n, share, stated)
			}
		}
	}
	for n, narrow := range map[int]bool{6: true, 12: true, 20: true, 24: false, 60: false} {
		b, err := BootstrapMean(many(n, 97, 0), Resampling{Resamples: 100})
		if err != nil || b.Narrow != narrow {
			t.Errorf("n = %d: narrow %v (covers %.3f), %v; want %v", n, b.Narrow, b.Covers, err, narrow)
		}
	}
}
