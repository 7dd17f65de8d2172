package netem_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"vmstudy/netem"
	"vmstudy/study"
)

func TestDelayReleasesOnTheDot(t *testing.T) {
	d := netem.NewDelay(80*time.Millisecond, netem.Jitter{}, nil)
	d.Push(packet(1, 40, start))
	if got := popAll(d, at(80).Add(-1)); len(got) != 0 {
		t.Error("released a nanosecond early")
	}
	if got := popAll(d, at(80)); len(got) != 1 {
		t.Error("still held when due")
	}
}

func TestDelayCountsFromArrival(t *testing.T) {
	d := netem.NewDelay(50*time.Millisecond, netem.Jitter{}, nil)
	for i := range 100 {
		d.Push(packet(i, 40, start))
	}
	if got := len(popAll(d, at(50))); got != 100 {
		t.Errorf("%d of 100 packets that arrived together left together", got)
	}
}

// A normal distribution cut off at k standard deviations has the variance 1-2kφ(k)/(2Φ(k)-1).
// In R: f <- function(k) sqrt(1 - 2*k*dnorm(k)/(2*pnorm(k)-1)); f(4); f(1)
// [1] 0.9994646
// [1] 0.5395600
func TestJitterHasItsShape(t *testing.T) {
	const count = 20_000
	tests := map[string]struct {
		by, jitter    float64 // ms
		shape         study.JitterShape
		overtake      bool
		mean, sd      float64 // ms
		lowest, tails float64 // ms; no delay is below lowest, and some are above tails
	}{
		"uniform":                        {by: 100, jitter: 20, mean: 100, sd: 20 / math.Sqrt(3), lowest: 80, tails: 119.9},
		"normal":                         {by: 100, jitter: 20, shape: study.Normal, mean: 100, sd: 20 * 0.9994646, lowest: 20, tails: 160},
		"normal and wide keeps its mean": {by: 20, jitter: 20, shape: study.Normal, mean: 20, sd: 20 * 0.5395600, lowest: 0, tails: 39.9},
		"uniform beyond the delay begins at zero":  {by: 10, jitter: 20, overtake: true, mean: 11.25, sd: 9.922, lowest: 0, tails: 29.9},
		"normal and out of order is cut at a side": {by: 100, jitter: 20, shape: study.Normal, overtake: true, mean: 100, sd: 20 * 0.9994646, lowest: 20, tails: 160},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			jitter := netem.Jitter{By: time.Duration(test.jitter * float64(time.Millisecond)), Shape: test.shape, Overtake: test.overtake}
			d := netem.NewDelay(time.Duration(test.by*float64(time.Millisecond)), jitter, seeded(3))
			var sum, squares, low, high float64
			low = math.Inf(1)
			for i := range count {
				sent := at(float64(i) * 1000) // so far apart that no packet waits for another
				d.Push(packet(i, 40, sent))
				p, _ := d.Pop(sent.Add(time.Second))
				took := float64(p.Arrived.Sub(sent)) / float64(time.Millisecond)
				sum, squares = sum+took, squares+took*took
				low, high = min(low, took), max(high, took)
			}
			mean := sum / count
			// The margins are five standard errors of the mean and of the standard deviation.
			if margin := 5 * test.sd / math.Sqrt(count); math.Abs(mean-test.mean) > margin {
				t.Errorf("mean %.3f ms, want %.3f ± %.3f", mean, test.mean, margin)
			}
			if sd := math.Sqrt(squares/count - mean*mean); math.Abs(sd-test.sd) > 5*test.sd/math.Sqrt(2*count)+0.01 {
				t.Errorf("standard deviation %.3f ms, want %.3f", sd, test.sd)
			}
			if low < test.lowest || high < test.tails {
				t.Errorf("delays from %.3f to %.3f ms, want from %.3f to over %.3f", low, high, test.lowest, test.tails)
			}
		})
	}
}

func TestJitterOvertakesOnlyWhereItMay(t *testing.T) {
	for _, overtake := range []bool{false, true} {
		d := netem.NewDelay(20*time.Millisecond, netem.Jitter{By: 20 * time.Millisecond, Overtake: overtake}, seeded(1))
		for i := range 100 {
			d.Push(packet(i, 40, at(float64(i))))
		}
		got := popAll(d, at(1000))
		if len(got) != 100 || slices.IsSorted(got) == overtake {
			t.Errorf("overtake %v: %d packets came in the order %v", overtake, len(got), got)
		}
	}
}

func TestDelayKeepsOrderWhenShortened(t *testing.T) {
	d := netem.NewDelay(100*time.Millisecond, netem.Jitter{}, nil)
	d.Push(packet(1, 40, start))
	d.Set(10*time.Millisecond, netem.Jitter{})
	d.Push(packet(2, 40, start))
	if got := popAll(d, at(99)); len(got) != 0 {
		t.Errorf("packets %v left before the first was due", got)
	}
	if got := popAll(d, at(100)); !slices.Equal(got, []int{1, 2}) {
		t.Errorf("got packets %v, want 1 then 2", got)
	}
}
