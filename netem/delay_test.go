package netem_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"vmstudy/netem"
)

func TestDelayReleasesOnTheDot(t *testing.T) {
	d := netem.NewDelay(80*time.Millisecond, 0, nil)
	d.Push(packet(1, 40, start))
	if got := popAll(d, at(80).Add(-1)); len(got) != 0 {
		t.Error("released a nanosecond early")
	}
	if got := popAll(d, at(80)); len(got) != 1 {
		t.Error("still held when due")
	}
}

func TestDelayCountsFromArrival(t *testing.T) {
	d := netem.NewDelay(50*time.Millisecond, 0, nil)
	for i := range 100 {
		d.Push(packet(i, 40, start))
	}
	if got := len(popAll(d, at(50))); got != 100 {
		t.Errorf("%d of 100 packets that arrived together left together", got)
	}
}

func TestDelayJitterIsUniformAroundTheMean(t *testing.T) {
	const by, jitter, count = 100, 20, 20_000 // ms
	d := netem.NewDelay(by*time.Millisecond, jitter*time.Millisecond, seeded(3))
	var sum, squares, low, high float64
	low = math.Inf(1)
	for i := range count {
		sent := at(float64(i) * 1000) // far apart, so that none waits for another
		d.Push(packet(i, 40, sent))
		p, _ := d.Pop(sent.Add(time.Second))
		took := float64(p.Arrived.Sub(sent)) / float64(time.Millisecond)
		sum, squares = sum+took, squares+(took-by)*(took-by)
		low, high = min(low, took), max(high, took)
	}
	// The standard deviation of a uniform distribution of half-width j is j/sqrt(3). The
	// tolerances are over five standard errors at this count.
	if mean := sum / count; math.Abs(mean-by) > 0.5 {
		t.Errorf("mean %.3f ms, want %d", mean, by)
	}
	if sd := math.Sqrt(squares / count); math.Abs(sd-jitter/math.Sqrt(3)) > 0.25 {
		t.Errorf("standard deviation %.3f ms, want %.3f", sd, jitter/math.Sqrt(3))
	}
	if low < by-jitter || high > by+jitter || low > by-jitter+0.1 || high < by+jitter-0.1 {
		t.Errorf("delays from %.3f to %.3f ms, want from %d to %d", low, high, by-jitter, by+jitter)
	}
}

func TestDelayKeepsOrderWhenShortened(t *testing.T) {
	d := netem.NewDelay(100*time.Millisecond, 0, nil)
	d.Push(packet(1, 40, start))
	d.Set(10*time.Millisecond, 0)
	d.Push(packet(2, 40, start))
	if got := popAll(d, at(99)); len(got) != 0 {
		t.Errorf("packets %v left before the first was due", got)
	}
	if got := popAll(d, at(100)); !slices.Equal(got, []int{1, 2}) {
		t.Errorf("got packets %v, want 1 then 2", got)
	}
}
