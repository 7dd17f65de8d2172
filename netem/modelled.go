package netem

import (
	"math"
	"time"

	"vmstudy/study"
)

// Of what Modelled assumes beside the network: how long the computer itself takes at a ping, on average, and how long TCP waits for a packet that is lost.
const (
	ownShare = 80 * time.Microsecond
	timeout  = 200 * time.Millisecond
)

// patience is how often in a row Modelled lets a ping be lost.
const patience = 20

// Modelled returns what a probe of count round trips may find over n: each ping passes the stages of both directions, by a clock of its own. The same
// seed gives the same figures. A trace counts for nothing, since its rate at the time of a probe is not known. It is zero if nothing passes n.
func Modelled(n study.Network, seed uint64, count int) study.RoundTrips {
	n.Schedule, n.TraceDown, n.TraceUp = study.Schedule{}, "", ""
	up, down, own := NewChain(n, study.Upward, seed), NewChain(n, study.Downward, seed+1), random(seed, jitterStream)
	now := time.Unix(0, 0)
	var trips []time.Duration
	for range count {
		back := now
		for _, way := range []*Chain{up, down} {
			var through bool
			if back, through = passed(way, back); !through {
				return study.RoundTrips{}
			}
		}
		back = back.Add(time.Duration(-math.Log(1-own.Float64()) * float64(ownShare)))
		trips = append(trips, back.Sub(now))
		now = back
	}
	if len(trips) == 0 {
		return study.RoundTrips{}
	}
	return summarise(trips)
}

// passed returns when a ping that enters a chain comes out of it. One that is lost is sent again.
func passed(c *Chain, now time.Time) (at time.Time, through bool) {
	for range patience {
		c.Push(Packet{Data: make([]byte, pingPacket), Arrived: now})
		if at := emptied(c); !at.IsZero() {
			return at, true
		}
		now = now.Add(timeout)
	}
	return time.Time{}, false
}

// emptied takes everything out of a chain and returns when the first packet came out: a network may duplicate a ping. It is zero if none did.
func emptied(c *Chain) (first time.Time) {
	for next := c.Next(); !next.IsZero(); next = c.Next() {
		if p, ok := c.Pop(next); ok && first.IsZero() {
			first = p.Arrived
		}
	}
	return first
}
