package netem

import (
	"math"
	"time"

	"vmstudy/study"
)

// What CoDel aims at, as RFC 8289 section 4.2 and 4.3 recommend: a standing queue of at most
// the target, looked at over an interval, which is about the longest usual round trip.
const (
	codelTarget   = 5 * time.Millisecond
	codelInterval = 100 * time.Millisecond
)

// codel is the controlled delay algorithm of RFC 8289, section 5, whose names it keeps. It
// drops from the head of a queue, ever more often for as long as every packet of an interval
// has waited for longer than the target.
type codel struct {
	firstAbove time.Time // when the wait will have been above the target for an interval; zero: it is not
	dropNext   time.Time // when to drop again
	count      int       // packets dropped since dropping began
	lastCount  int
	dropping   bool
	dropped    int64
}

// choose returns the first packet that may leave q at now: p, which was just taken from it,
// or one behind it if CoDel drops p; none if the queue runs empty.
func (c *codel) choose(now time.Time, p Packet, q *Queue) (Packet, bool) {
	there, may := true, c.mayDrop(now, p, q)
	// drop replaces p by the packet behind it.
	drop := func() {
		c.dropped++
		if there = q.Next() != (time.Time{}) && !q.Next().After(now); there {
			p = q.take()
			may = c.mayDrop(now, p, q)
		} else {
			c.firstAbove, may = time.Time{}, false
		}
	}
	switch {
	case c.dropping && !may:
		c.dropping = false
	case c.dropping:
		for c.dropping && !now.Before(c.dropNext) {
			c.count++
			if drop(); may {
				c.dropNext = c.law(c.dropNext)
			} else {
				c.dropping = false
			}
		}
	case may:
		drop()
		c.dropping = true
		delta := c.count - c.lastCount
		c.count = 1
		if delta > 1 && now.Sub(c.dropNext) < 16*codelInterval {
			c.count = delta // dropping stopped only just now: begin at about the rate that helped
		}
		c.dropNext = c.law(now)
		c.lastCount = c.count
	}
	return p, there
}

// mayDrop reports whether packets have waited above the target for an interval. What is left
// in q counts, since a queue of less than a packet is none.
func (c *codel) mayDrop(now time.Time, p Packet, q *Queue) bool {
	switch {
	case now.Sub(p.Arrived) < codelTarget || q.bytes <= study.PacketSize:
		c.firstAbove = time.Time{}
	case c.firstAbove.IsZero():
		c.firstAbove = now.Add(codelInterval)
	default:
		return !now.Before(c.firstAbove)
	}
	return false
}

// law is the control law: the time to the next drop falls with the root of the number of
// drops, which lets the throughput of TCP fall linearly.
func (c *codel) law(t time.Time) time.Time {
	return t.Add(time.Duration(float64(codelInterval) / math.Sqrt(float64(c.count))))
}
