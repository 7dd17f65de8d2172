package stream

import "time"

// flowSpan is how long answers are counted before they say something about the rate.
const flowSpan = 200 * time.Millisecond

// flow measures what the link brings while it is kept busy. It has no clock.
type flow struct {
	rate  float64   // bytes a second; 0 before the first measure
	since time.Time // when the counting began; zero while the link is idle
	bytes int

	began time.Time // of all, busy or not
	all   int       // bytes since then
	floor float64   // bytes a second over all; 0 before two spans have passed
}

// known returns the rate, in bytes a second. A link that nobody could keep busy yet is at least as
// fast as what has come over it. 0 before anything is known.
func (f *flow) known() float64 {
	if f.rate > 0 {
		return f.rate
	}
	return f.floor
}

// arrived notes an answer of n bytes. Answers that came while little was in flight say how far
// the origin is, not how wide the link.
func (f *flow) arrived(now time.Time, n int, busy bool) {
	if f.began.IsZero() {
		f.began = now
	} else if f.all += n; now.Sub(f.began) >= 2*flowSpan {
		f.floor = float64(f.all) / now.Sub(f.began).Seconds()
	}
	if !busy || f.since.IsZero() {
		f.since, f.bytes = now, 0
		return
	}
	f.bytes += n
	took := now.Sub(f.since)
	if took < flowSpan {
		return
	}
	rate := float64(f.bytes) / took.Seconds()
	if f.rate == 0 || rate > f.rate {
		f.rate = rate
	} else {
		f.rate += (rate - f.rate) / 4
	}
	f.since, f.bytes = now, 0
}

// idle notes that nothing is in flight any more.
func (f *flow) idle() { f.since = time.Time{} }
