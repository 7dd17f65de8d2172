package figure

import (
	"math"
	"time"
)

// An axis places durations on the horizontal extent of a frame.
type axis struct {
	frame
	low, high time.Duration
	log       bool
}

// newAxis returns an axis that shows every duration from shortest to longest and has round
// ends. A logarithmic one always reaches from 100 ms to 10 s at least, so that figures of
// one study look alike; its shortest must be positive.
func newAxis(f frame, shortest, longest time.Duration, log bool) axis {
	if !log {
		step := linearStep(longest)
		return axis{frame: f, high: max(1, (longest+step-1)/step) * step}
	}
	low, high := min(shortest, 100*time.Millisecond), max(longest, 10*time.Second)
	return axis{frame: f, low: roundDown(low), high: roundUp(high), log: true}
}

// at returns the x of d.
func (a axis) at(d time.Duration) float64 {
	part := float64(d-a.low) / float64(a.high-a.low)
	if a.log {
		part = math.Log(float64(d)/float64(a.low)) / math.Log(float64(a.high)/float64(a.low))
	}
	return a.left + part*a.width()
}

// tickLabel writes a tick; on a linear axis all in the same unit.
func (a axis) tickLabel(d time.Duration) string {
	if !a.log && a.high >= time.Second {
		return digits(d.Seconds()) + " s"
	}
	return spell(d)
}

// minorTicks returns 2 to 9 times each power of ten within a logarithmic axis. Their
// narrowing shows the eye what kind of axis it is.
func (a axis) minorTicks() []time.Duration {
	var ticks []time.Duration
	for power := time.Duration(1); a.log && power <= a.high; power *= 10 {
		for m := 2 * power; m < 10*power; m += power {
			if m >= a.low && m <= a.high {
				ticks = append(ticks, m)
			}
		}
	}
	return ticks
}

// ticks returns the round durations at which the axis is labelled. Where 1-2-5 steps of a
// logarithmic axis would crowd, only powers of ten remain.
func (a axis) ticks() []time.Duration {
	var ticks []time.Duration
	if !a.log {
		for d := time.Duration(0); d <= a.high; d += linearStep(a.high) {
			ticks = append(ticks, d)
		}
		return ticks
	}
	decade := a.width() / math.Log10(float64(a.high)/float64(a.low))
	for d := time.Duration(1); d <= a.high; d *= 10 {
		for _, t := range []time.Duration{d, 2 * d, 5 * d} {
			crowded := t != d && decade*math.Log10(2) < 45
			if t >= a.low && t <= a.high && !crowded {
				ticks = append(ticks, t)
			}
		}
	}
	return ticks
}

// linearStep returns a round step, so that about five fit into d.
func linearStep(d time.Duration) time.Duration {
	return roundUp(max(d/5, 1))
}

// roundUp returns the smallest 1, 2 or 5 times a power of ten (in nanoseconds) from d up.
// The powers of ten of nanoseconds are those of milliseconds and seconds too.
func roundUp(d time.Duration) time.Duration {
	for power := time.Duration(1); ; power *= 10 {
		for _, r := range []time.Duration{power, 2 * power, 5 * power} {
			if r >= d {
				return r
			}
		}
	}
}

// roundDown returns the largest 1, 2 or 5 times a power of ten (in nanoseconds) up to d,
// which is positive.
func roundDown(d time.Duration) time.Duration {
	best := time.Duration(1)
	for power := time.Duration(1); power <= d; power *= 10 {
		for _, r := range []time.Duration{power, 2 * power, 5 * power} {
			if r <= d {
				best = r
			}
		}
	}
	return best
}
