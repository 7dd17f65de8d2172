package plan

import "time"

const (
	// flowSpan is how long answers are counted before they say something about the rate.
	flowSpan = 200 * time.Millisecond
	// leastSpan is how long they are counted before they say how fast the link is at least.
	leastSpan = 50 * time.Millisecond
)

// flow measures how much the link brings while it is kept busy.
type flow struct {
	rate  float64   // bytes a second; 0 before the first measure
	since time.Time // when the counting began; zero while the link is idle
	bytes int

	began  time.Time // of all, busy or not
	lasted time.Duration
	all    int     // bytes since then
	floor  float64 // bytes a second over all; 0 before leastSpan has passed
}

// proven returns how fast the link is at least, in bytes a second; 0 before anything is known. Until the
// link has been kept busy, that is the rate at which answers came. TCP may still be in its slow start then.
func (f *flow) proven() float64 {
	if f.rate > 0 {
		return f.rate
	}
	return f.floor
}

// known returns the same once it is good enough to tell a person who waits, and 0 before.
func (f *flow) known() float64 {
	if f.rate == 0 && f.lasted < 2*flowSpan {
		return 0
	}
	return f.proven()
}

// arrived notes an answer of n bytes. An answer that came while little was in flight says how far away
// the origin is, not how wide the link is.
func (f *flow) arrived(now time.Time, n int, busy bool) {
	if f.began.IsZero() {
		f.began = now
	} else {
		f.all += n
	}
	if f.lasted = now.Sub(f.began); f.lasted >= leastSpan {
		f.floor = float64(f.all) / f.lasted.Seconds()
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
