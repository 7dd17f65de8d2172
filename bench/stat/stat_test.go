package stat_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"vmstudy/bench/stat"
)

// R 4.2.2:
//
//	x <- c(4, 1, 10, 3, 2); y <- c(0.3, -1, 7.5, 2, 2, 9)
//	ps <- c(0, .1, .2, .25, .5, .6, .75, .9, .95, .99, 1)
//	unname(quantile(x, ps, type = 1))  # 1 1 1 2 3 3 4 10 10 10 10
//	unname(quantile(y, ps, type = 1))  # -1.0 -1.0 0.3 0.3 2.0 2.0 7.5 9.0 9.0 9.0 9.0
//	median(x); median(y); mean(y); range(y)  # 3, 2, 3.3, -1 9
func TestFiguresAreThoseOfR(t *testing.T) {
	x, y := []float64{4, 1, 10, 3, 2}, []float64{0.3, -1, 7.5, 2, 2, 9}
	ps := []float64{0, .1, .2, .25, .5, .6, .75, .9, .95, .99, 1}
	wantX := []float64{1, 1, 1, 2, 3, 3, 4, 10, 10, 10, 10}
	wantY := []float64{-1, -1, 0.3, 0.3, 2, 2, 7.5, 9, 9, 9, 9}
	for i, p := range ps {
		if got := stat.Quantile(x, p); got != wantX[i] {
			t.Errorf("quantile %g of %v = %g, want %g", p, x, got, wantX[i])
		}
		if got := stat.Quantile(y, p); got != wantY[i] {
			t.Errorf("quantile %g of %v = %g, want %g", p, y, got, wantY[i])
		}
	}
	if got := stat.Median(x); got != 3 {
		t.Errorf("median of %v = %g, want 3", x, got)
	}
	if got := stat.Median(y); got != 2 {
		t.Errorf("median of %v = %g, want 2", y, got)
	}
	if got := stat.Mean(y); math.Abs(got-3.3) > 1e-12 {
		t.Errorf("mean of %v = %g, want 3.3", y, got)
	}
	if low, high := stat.Range(y); low != -1 || high != 9 {
		t.Errorf("range of %v = %g to %g, want -1 to 9", y, low, high)
	}
	if !slices.Equal(x, []float64{4, 1, 10, 3, 2}) {
		t.Errorf("the values were put into another order: %v", x)
	}
}

// R 4.2.2, of 1:n:
//
//	quantile(1:19, .95, type = 1)    # 19, the largest
//	quantile(1:20, .95, type = 1)    # 19
//	quantile(1:25, .99, type = 1)    # 25, the largest
//	quantile(1:99, .99, type = 1)    # 99, the largest
//	quantile(1:100, .99, type = 1)   # 99
//	quantile(1:101, .99, type = 1)   # 100
//	quantile(1:1000, .999, type = 1) # 999
//	quantile(1:10, .9, type = 1)     # 9
//	median(1:100)                    # 50.5
func TestATailOfTooFewIsCalledTheLargest(t *testing.T) {
	for _, test := range []struct {
		n     int
		p     float64
		name  string
		value float64
	}{
		{1, .99, "max", 1},
		{19, .95, "max", 19},
		{20, .95, "p95", 19},
		{25, .99, "max", 25},
		{99, .99, "max", 99},
		{100, .99, "p99", 99},
		{101, .99, "p99", 100},
		{999, .999, "max", 999},
		{1000, .999, "p99.9", 999},
		{10, .9, "p90", 9},
	} {
		if name, value := stat.Tail(upTo(test.n), test.p); name != test.name || value != test.value {
			t.Errorf("of %d values at %g: %s = %g, want %s = %g", test.n, test.p, name, value, test.name, test.value)
		}
	}
	if got := stat.Median(upTo(100)); got != 50.5 {
		t.Errorf("median of 100 = %g, want 50.5", got)
	}
}

// upTo returns the numbers from 1 to n in any order.
func upTo(n int) []float64 {
	xs := make([]float64, n)
	for i, place := range rand.New(rand.NewPCG(1, 2)).Perm(n) {
		xs[place] = float64(i + 1)
	}
	return xs
}

func TestOfNothingThereIsNoFigure(t *testing.T) {
	low, high := stat.Range(nil)
	_, tail := stat.Tail(nil, .99)
	for what, got := range map[string]float64{
		"quantile": stat.Quantile(nil, .5), "median": stat.Median(nil), "mean": stat.Mean(nil), "low": low, "high": high, "tail": tail,
	} {
		if !math.IsNaN(got) {
			t.Errorf("%s of nothing = %g, want NaN", what, got)
		}
	}
}

func TestTimesAreNumbersOfAUnit(t *testing.T) {
	got := stat.In(time.Millisecond, []time.Duration{1500 * time.Microsecond, -time.Second})
	if !slices.Equal(got, []float64{1.5, -1000}) {
		t.Errorf("got %v, want 1.5 and -1000", got)
	}
}
