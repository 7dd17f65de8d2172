package stream

import (
	"time"

	"vmstudy/stream/wire"
)

// firsts records the first access to each chunk. Its time stands still while a reader waits
// for the network, so that a trace says when the machine would have wanted each chunk on an
// infinitely fast link. It starts at the first access.
type firsts struct {
	seen     chunkSet
	accesses []Access // in the order of their times
	start    time.Time
	latest   time.Duration // the latest time of an access
	waiting  int           // readers that wait now
	since    time.Time     // when the first of them began to
	waits    int64         // how often one began to while no other did
	waited   time.Duration
	went     time.Time     // when the last wait ended
	stumbled time.Duration // of the time without waits, what came within settling after one
}

// settling is how long nobody must have waited until the machine is taken to get anywhere: between two
// pages that it needs one after the other it does not.
const settling = 5 * time.Millisecond

// passed returns elapsed without the settling after each wait.
func (f *firsts) passed(now time.Time) time.Duration {
	p := f.elapsed(now) - f.stumbled
	if f.waiting == 0 && !f.went.IsZero() {
		p -= min(settling, now.Sub(f.went))
	}
	return p
}

// access notes that c was accessed at now, and returns when that was on the machine's clock and
// whether it was the first time. Readers that read at the same time may come here in another order
// than they looked at the clock: the time never goes back.
func (f *firsts) access(now time.Time, c wire.Chunk) (at time.Duration, first bool) {
	if f.start.IsZero() {
		f.start = now
	}
	f.latest = max(f.latest, f.elapsed(now))
	at, first = f.latest, f.seen.add(c)
	if first {
		f.accesses = append(f.accesses, Access{Chunk: c, At: at})
	}
	return at, first
}

// elapsed returns the time since the first access in which nobody waited.
func (f *firsts) elapsed(now time.Time) time.Duration {
	if f.waiting > 0 {
		now = f.since
	}
	return now.Sub(f.start) - f.waited
}

func (f *firsts) beginWait(now time.Time) {
	if f.waiting == 0 {
		f.waits++
		f.since = now
		if !f.went.IsZero() {
			f.stumbled += min(settling, now.Sub(f.went))
		}
	}
	f.waiting++
}

func (f *firsts) endWait(now time.Time) {
	f.waiting--
	if f.waiting == 0 {
		f.waited += now.Sub(f.since)
		f.went = now
	}
}
