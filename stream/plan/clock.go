package plan

import (
	"time"

	"vmstudy/stream/forecast"
	"vmstudy/stream/wire"
)

// clock tells the machine's time, and records in it the first access to each chunk. The machine's time
// stands still while a reader waits for the network. So a trace says when the machine would have wanted
// each chunk on an infinitely fast link. The time begins with the first access.
type clock struct {
	seen     set
	accesses []forecast.Access // in the order of their times
	start    time.Time
	latest   time.Duration // the latest time of an access
	waiting  int           // readers that wait now
	since    time.Time     // when the first of them began to
	waits    int64         // how often one began to while no other waited
	waited   time.Duration
	went     time.Time     // when the last wait ended
	settled  time.Duration // of the time without waits, what came within settling after one
}

// settling is how much of the time after a wait does not count as work. A machine that needs one page after the other runs
// for a moment between two waits, and gets nothing done in it.
const settling = 5 * time.Millisecond

// runs reports whether there was an access.
func (c *clock) runs() bool { return !c.start.IsZero() }

// access notes that a chunk was accessed at now, and returns when that was in the machine's time and
// whether it was the first time. Two readers at the same time may come here in another order
// than they looked at the computer's clock; the machine's time never goes back.
func (c *clock) access(now time.Time, chunk wire.Chunk) (at time.Duration, first bool) {
	if !c.runs() {
		c.start = now
	}
	c.latest = max(c.latest, c.elapsed(now))
	at, first = c.latest, c.seen.add(chunk)
	if first {
		c.accesses = append(c.accesses, forecast.Access{Chunk: chunk, At: at})
	}
	return at, first
}

// elapsed returns the time since the first access in which nobody waited.
func (c *clock) elapsed(now time.Time) time.Duration {
	if c.waiting > 0 {
		now = c.since
	}
	return now.Sub(c.start) - c.waited
}

// passed returns elapsed without the settling after each wait.
func (c *clock) passed(now time.Time) time.Duration {
	p := c.elapsed(now) - c.settled
	if c.waiting == 0 && !c.went.IsZero() {
		p -= min(settling, now.Sub(c.went))
	}
	return p
}

// stop notes that a reader begins to wait.
func (c *clock) stop(now time.Time) {
	if c.waiting == 0 {
		c.waits++
		c.since = now
		if !c.went.IsZero() {
			c.settled += min(settling, now.Sub(c.went))
		}
	}
	c.waiting++
}

// goOn notes that a reader waits no more.
func (c *clock) goOn(now time.Time) {
	c.waiting--
	if c.waiting == 0 {
		c.waited += now.Sub(c.since)
		c.went = now
	}
}

// Trace returns the first accesses so far, in the machine's time.
func (p *Planner) Trace() forecast.Trace {
	t := forecast.Trace{Content: p.layout.Content}
	t.Accesses = append(append(t.Accesses, p.whole...), p.clock.accesses...)
	return t
}

// Passed returns how much time has passed for the machine since its first access: all in which no reader
// waited for the network, nor had just waited. begun is how often the machine has begun to wait, and waits
// whether it waits now.
func (p *Planner) Passed(now time.Time) (_ time.Duration, begun int64, waits bool) {
	if !p.clock.runs() {
		return 0, 0, false
	}
	return p.clock.passed(now), p.clock.waits, p.clock.waiting > 0
}
