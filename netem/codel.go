package netem

import (
	"math"
	"time"

	"vmstudy/study"
)

// The constants that RFC 8289 sections 4.2 and 4.3 recommend. CoDel keeps the wait of a standing
// queue below the target. The interval is about the longest usual round trip.
const (
	codelTarget   = 5 * time.Millisecond
	codelInterval = 100 * time.Millisecond
)

// codel is the controlled delay algorithm of RFC 8289, section 5, with the names used there. It
// drops packets from the head of a queue when every packet during an interval has waited longer than
// the target, and drops more and more often as long as that lasts.
type codel struct {
	firstAbove time.Time // when the wait will have been above the target for an interval; zero if it is not above
	dropNext   time.Time // when to drop the next packet
	count      int       // packets dropped since dropping began
	lastCount  int       // count at the beginning of the last dropping state
	dropping   bool      // in the dropping state
	dropped    int64     // in all
}

// choose returns the first packet that may leave q at now: p, which was just taken from q, or a later
// packet if CoDel drops p. It returns false if the queue becomes empty.
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
			c.count = delta // dropping ended a short time ago: begin near the drop rate that helped then
		}
		c.dropNext = c.law(now)
		c.lastCount = c.count
	}
	return p, there
}

// mayDrop reports whether the wait has been above the target for an interval. It is false if at most
// one full packet is left in q.
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

// law is the control law: the time to the next drop is inversely proportional to the square root of
// the number of drops, so that the throughput of TCP falls linearly.
func (c *codel) law(t time.Time) time.Time {
	return t.Add(time.Duration(float64(codelInterval) / math.Sqrt(float64(c.count))))
}
