package figure

import (
	"math"
	"time"
)

// An axis maps durations to horizontal positions in a frame.
type axis struct {
	frame
	low, high time.Duration
	log       bool
}

// newAxis returns an axis that shows every duration from shortest to longest and has round
// ends. A linear axis begins at 0. A logarithmic axis covers at least 100 ms to 10 s, so that
// figures of one study look alike; its shortest must be positive.
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

// tickLabel returns the label of a tick. All ticks of a linear axis have the same unit.
func (a axis) tickLabel(d time.Duration) string {
	if !a.log && a.high >= time.Second {
		return digits(d.Seconds()) + " s"
	}
	return spell(d)
}

// minorTicks returns 2 to 9 times each power of ten within a logarithmic axis. Their uneven
// distances show at a glance that the axis is logarithmic.
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

// ticks returns the round durations at which the axis has labels. A logarithmic axis has labels in
// 1-2-5 steps, or only at powers of ten if there is no room for more.
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

// linearStep returns a round step of which two to five fit into d.
func linearStep(d time.Duration) time.Duration {
	return roundUp(max(d/5, 1))
}

// roundUp returns the smallest duration >= d that is 1, 2 or 5 times a power of ten nanoseconds.
// Powers of ten of milliseconds and of seconds are powers of ten of nanoseconds, too.
func roundUp(d time.Duration) time.Duration {
	for power := time.Duration(1); ; power *= 10 {
		for _, r := range []time.Duration{power, 2 * power, 5 * power} {
			if r >= d {
				return r
			}
		}
	}
}

// roundDown returns the largest duration <= d that is 1, 2 or 5 times a power of ten nanoseconds.
// d must be positive.
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
