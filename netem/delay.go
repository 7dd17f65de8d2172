package netem

import (
	"math/rand/v2"
	"time"
)

// Delay holds every packet for a time that varies uniformly around a mean, and keeps
// their order. The time counts from the packet's arrival, so delays never add up.
type Delay struct {
	by, jitter time.Duration
	chance     *rand.Rand

	held fifo      // Arrived is already when each is due
	last time.Time // when the latest packet is due: none may overtake it
}

var _ Stage = (*Delay)(nil)

// NewDelay returns a Stage that holds each packet for a time drawn from by-jitter to
// by+jitter, or longer where it would otherwise overtake the packet before it.
// jitter must be from 0 to by. chance must be its own; it may be nil if jitter stays 0.
func NewDelay(by, jitter time.Duration, chance *rand.Rand) *Delay {
	return &Delay{by: by, jitter: jitter, chance: chance}
}

// Set changes the delay of the packets that are still to come. Those that are on their
// way arrive as they would have, and later ones do not overtake them.
func (d *Delay) Set(by, jitter time.Duration) { d.by, d.jitter = by, jitter }

// Push takes p in; it drops nothing.
func (d *Delay) Push(p Packet) bool {
	p.Arrived = p.Arrived.Add(d.draw())
	if d.last.After(p.Arrived) {
		p.Arrived = d.last
	}
	d.last = p.Arrived
	d.held.push(p)
	return true
}

func (d *Delay) draw() time.Duration {
	if d.jitter == 0 {
		return d.by
	}
	return d.by - d.jitter + time.Duration(d.chance.Int64N(2*int64(d.jitter)+1))
}

// Pop returns the next packet if its time is over.
func (d *Delay) Pop(now time.Time) (Packet, bool) {
	if d.held.len() == 0 || d.Next().After(now) {
		return Packet{}, false
	}
	return d.held.pop(), true
}

// Next returns when the next packet is due.
func (d *Delay) Next() time.Time {
	if d.held.len() == 0 {
		return time.Time{}
	}
	return d.held.head().Arrived
}
