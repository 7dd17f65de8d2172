package stat

import (
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// mpg is R's mtcars$mpg.
var mpg = []float64{
	21.0, 21.0, 22.8, 21.4, 18.7, 18.1, 14.3, 24.4, 22.8, 19.2, 17.8, 16.4, 17.3, 15.2, 10.4, 10.4,
	14.7, 32.4, 30.4, 33.9, 21.5, 15.5, 15.2, 13.3, 19.2, 27.3, 26.0, 30.4, 15.8, 19.7, 15.0, 21.4,
}

// sleepDifferences are the paired differences of R's sleep data (Student 1908).
var sleepDifferences = []float64{-1.2, -2.4, -1.3, -1.3, 0.0, -1.0, -1.8, -0.8, -4.6, -1.4}

// near reports whether a and b agree to about the given number of decimals.
func near(a, b float64, digits int) bool {
	return math.Abs(a-b) <= 0.5*math.Pow(10, -float64(digits))*max(1, math.Abs(b))
}

// R> quantile(mtcars$mpg)
//
//	0%    25%    50%    75%   100%
//	10.400 15.425 19.200 22.800 33.900
//
// R> mean(mtcars$mpg); sd(mtcars$mpg)
// [1] 20.09062
// [1] 6.026948
func TestSummarizeAgreesWithR(t *testing.T) {
	s, err := Summarize(mpg)
	if err != nil {
		t.Fatal(err)
	}
	got := []float64{s.Min, s.Q1, s.Median, s.Q3, s.Max, s.Mean, s.SD}
	want := []float64{10.4, 15.425, 19.2, 22.8, 33.9, 20.090625, 6.026948}
	for i := range want {
		if !near(got[i], want[i], 7) {
			t.Errorf("number %d is %.9g, R says %.9g", i, got[i], want[i])
		}
	}
	if s.N != 32 {
		t.Errorf("N = %d, want 32", s.N)
	}
}

// The data and certified values of the numerically difficult data sets among NIST's Statistical
// Reference Datasets for univariate summary statistics.
func TestSpreadSurvivesALargeMean(t *testing.T) {
	alternating := func(first, low, high float64) []float64 {
		xs := []float64{first}
		for range 500 {
			xs = append(xs, low, high)
		}
		return xs
	}
	tests := map[string]struct {
		xs       []float64
		mean, sd float64
		digits   int // correct decimals of sd in double precision, in which the data themselves are rounded
	}{
		"NumAcc1": {[]float64{10000001, 10000003, 10000002}, 10000002, 1, 14},
		"NumAcc2": {alternating(1.2, 1.1, 1.3), 1.2, 0.1, 13},
		"NumAcc3": {alternating(1000000.2, 1000000.1, 1000000.3), 1000000.2, 0.1, 9},
		"NumAcc4": {alternating(10000000.2, 10000000.1, 10000000.3), 10000000.2, 0.1, 8},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			s, err := Summarize(tc.xs)
			if err != nil || !near(s.Mean, tc.mean, 14) || !near(s.SD, tc.sd, tc.digits) {
				t.Errorf("mean %.15g, sd %.15g, err %v; certified %.15g, %.15g", s.Mean, s.SD, err, tc.mean, tc.sd)
			}
		})
	}
}

// By hand from the definition in R's ?quantile, type 7: the order statistic 1 + (n-1)p,
// interpolated. To repeat: quantile(c(1, 2, 3, 4, 10), c(0, .1, .25, .5, .9, .95, 1)).
func TestQuantileIsTypeSeven(t *testing.T) {
	x := []float64{10, 3, 1, 4, 2}
	want := map[float64]float64{0: 1, 0.1: 1.4, 0.25: 2, 0.5: 3, 0.9: 7.6, 0.95: 8.8, 1: 10}
	for p, w := range want {
		if got, err := Quantile(x, p); err != nil || !near(got, w, 14) {
			t.Errorf("quantile %g = %g, %v; want %g", p, got, err, w)
		}
	}
}

// R> t.test(sleep$extra[1:10], sleep$extra[11:20], paired = TRUE)
// 95 percent confidence interval: -2.4598858 -0.7001142, mean of the differences -1.58
func TestMeanIntervalAgreesWithR(t *testing.T) {
	s, err := Summarize(sleepDifferences)
	if err != nil {
		t.Fatal(err)
	}
	i, err := s.MeanInterval()
	if err != nil || !near(i.Low, -2.4598858, 7) || !near(i.High, -0.7001142, 7) {
		t.Errorf("interval %.8g, %v; R says -2.4598858 to -0.7001142", i, err)
	}
}

// The ranks were computed independently, with exact binomial coefficients. To repeat in R:
// qbinom(.025, n, .5), which is 0 below n = 6.
func TestMedianIntervalTakesTheTabledRanks(t *testing.T) {
	for n, k := range map[int]int{1: 0, 5: 0, 6: 1, 8: 1, 9: 2, 10: 2, 20: 6, 25: 8, 50: 18, 100: 40} {
		var xs []float64
		for i := n; i >= 1; i-- {
			xs = append(xs, float64(i))
		}
		i, err := MedianInterval(xs)
		if k == 0 {
			if !errors.Is(err, ErrTooFew) {
				t.Errorf("n %d: interval %v, err %v; want ErrTooFew", n, i, err)
			}
			continue
		}
		if want := (Interval{float64(k), float64(n + 1 - k)}); err != nil || i != want {
			t.Errorf("n %d: interval %v, err %v; want %v", n, i, err, want)
		}
	}
}

// Newcombe, Two-sided confidence intervals for the single proportion: comparison of seven
// methods, Statistics in Medicine 17 (1998), table I, method 3. The last two rows follow by
// symmetry and by evaluating the formula independently; to repeat in R:
// prop.test(12, 30, correct = FALSE)$conf.int.
func TestWilsonIntervalAgreesWithNewcombe(t *testing.T) {
	for p, want := range map[Proportion]Interval{
		{81, 263}: {0.2553, 0.3662},
		{15, 148}: {0.0624, 0.1605},
		{0, 20}:   {0, 0.1611},
		{1, 29}:   {0.0061, 0.1718},
		{20, 20}:  {0.8389, 1},
		{12, 30}:  {0.2459, 0.5768},
	} {
		got, err := p.Interval()
		if err != nil || !near(got.Low, want.Low, 4) || !near(got.High, want.High, 4) {
			t.Errorf("%d of %d: %.4f, %v; published %.4f", p.Hits, p.N, got, err, want)
		}
	}
}

func TestSummarizeResponsesPutsBoundariesIntoTheSlowerBand(t *testing.T) {
	const ms = time.Millisecond
	times := []time.Duration{5000 * ms, 149 * ms, 150 * ms, 999 * ms, 1000 * ms, 2000 * ms, 4999 * ms, 0}
	got, err := SummarizeResponses(times)
	// By hand: halfway from 999 to 1000 ms, and 0.65 of the way from 4999 to 5000 ms.
	want := ResponseTimes{N: 8, Bands: []int{2, 2, 1, 2, 1}, Median: 999500 * time.Microsecond, P95: 4999650 * time.Microsecond}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("err %v (-want +got):\n%s", err, diff)
	}
	if crisp := got.Crisp(); crisp != (Proportion{2, 8}) {
		t.Errorf("crisp %v, want 2 of 8", crisp)
	}
}

func TestDegenerateInputIsAnError(t *testing.T) {
	second := func(_ any, err error) error { return err }
	one, err := Summarize([]float64{3})
	if err != nil || !math.IsNaN(one.SD) || one.Median != 3 {
		t.Errorf("summary of one value: %+v, %v; want it with SD NaN", one, err)
	}
	tests := map[string]struct{ got, want error }{
		"summary of nothing":           {second(Summarize(nil)), ErrTooFew},
		"summary with NaN":             {second(Summarize([]float64{1, math.NaN()})), ErrNotFinite},
		"interval of a mean of one":    {second(one.MeanInterval()), ErrTooFew},
		"quantile of nothing":          {second(Quantile(nil, 0.5)), ErrTooFew},
		"quantile beyond 1":            {second(Quantile(mpg, 1.01)), ErrOutOfScale},
		"quantile NaN":                 {second(Quantile(mpg, math.NaN())), ErrOutOfScale},
		"quantile with infinity":       {second(Quantile([]float64{math.Inf(1)}, 0)), ErrNotFinite},
		"median interval of nothing":   {second(MedianInterval(nil)), ErrTooFew},
		"median interval with NaN":     {second(MedianInterval([]float64{1, 2, 3, 4, 5, math.NaN()})), ErrNotFinite},
		"share of none":                {second(Proportion{}.Interval()), ErrTooFew},
		"more hits than trials":        {second(Proportion{3, 2}.Share()), ErrOutOfScale},
		"no response times":            {second(SummarizeResponses(nil)), ErrTooFew},
		"response before its question": {second(SummarizeResponses([]time.Duration{-1})), ErrOutOfScale},
	}
	for name, tc := range tests {
		if !errors.Is(tc.got, tc.want) {
			t.Errorf("%s: err %v, want %v", name, tc.got, tc.want)
		}
	}
}

func TestSummariesKeepTheirOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		xs := rapid.SliceOfN(rapid.Float64Range(-1e6, 1e6), 6, 60).Draw(t, "xs")
		before := slices.Clone(xs)
		s, err := Summarize(xs)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.IsSorted([]float64{s.Min, s.Q1, s.Median, s.Q3, s.Max}) || s.Mean < s.Min-1e-9 || s.Mean > s.Max+1e-9 {
			t.Fatalf("out of order: %+v", s)
		}
		mean, err := s.MeanInterval()
		if err != nil || !within(mean, s.Mean) {
			t.Fatalf("mean %v outside of %v, err %v", s.Mean, mean, err)
		}
		median, err := MedianInterval(xs)
		if err != nil || !within(median, s.Median) {
			t.Fatalf("median %v outside of %v, err %v", s.Median, median, err)
		}
		if !slices.Equal(xs, before) {
			t.Fatal("the sample was altered")
		}
	})
}

// within reports whether x lies in i.
func within(i Interval, x float64) bool { return i.Low <= x && x <= i.High }

func TestWilsonIntervalIsSymmetricAndHoldsItsShare(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 5000).Draw(t, "n")
		hits := rapid.IntRange(0, n).Draw(t, "hits")
		i, err := Proportion{hits, n}.Interval()
		mirror, err2 := Proportion{n - hits, n}.Interval()
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		share := float64(hits) / float64(n)
		if i.Low < 0 || i.High > 1 || !within(i, share) || !near(i.Low, 1-mirror.High, 12) {
			t.Fatalf("%d of %d: %v, mirrored %v", hits, n, i, mirror)
		}
	})
}
