package figure

import "time"

// An axis maps durations from 0 to horizontal positions in a frame.
type axis struct {
	frame
	high time.Duration
}

// at returns the x of d.
func (a axis) at(d time.Duration) float64 {
	return a.left + float64(d)/float64(a.high)*a.width()
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
