package netem

import (
	"fmt"
	"math/rand/v2"
	"time"

	"vmstudy/study"
)

// Jitter says how much a delay varies. The zero Jitter is none.
type Jitter struct {
	By       time.Duration // half-width, or standard deviation
	Shape    study.JitterShape
	Overtake bool // packets may come out in another order; else each waits for the one before
}

// Delay holds every packet for a time that varies around a mean. The time counts from the
// packet's arrival, so delays never add up.
type Delay struct {
	by     time.Duration
	jitter Jitter
	chance *rand.Rand

	held  ring[Packet] // in the order in which they are due, which their Arrived already is
	early heap         // those that are due before the tail of held
	last  time.Time    // when the latest packet is due: none may overtake it, where order is kept
}

var _ Stage = (*Delay)(nil)

// NewDelay returns a Stage that holds each packet for a time drawn around by; see
// study.JitterShape. Without jitter.Overtake packets keep their order, so some are held
// longer, and jitter.By must be from 0 to by. With it, a time below zero counts as zero.
// chance must be its own; it may be nil if jitter.By stays 0.
func NewDelay(by time.Duration, jitter Jitter, chance *rand.Rand) *Delay {
	return &Delay{by: by, jitter: jitter, chance: chance}
}

// Set changes the delay of the packets that are still to come. Those that are on their
// way arrive as they would have, and later ones overtake them only where jitter says so.
func (d *Delay) Set(by time.Duration, jitter Jitter) { d.by, d.jitter = by, jitter }

// Push takes p in; it drops nothing. One that Reorder has chosen is due at once.
func (d *Delay) Push(p Packet) bool {
	hurried := p.hurried
	p.hurried = false
	if !hurried {
		p.Arrived = p.Arrived.Add(d.draw())
	}
	if d.last.After(p.Arrived) {
		if hurried || d.jitter.Overtake {
			d.pushEarly(p)
			return true
		}
		p.Arrived = d.last
	}
	d.last = p.Arrived
	d.held.push(p)
	return true
}

// pushEarly takes in a packet that is due before another that is held already.
func (d *Delay) pushEarly(p Packet) {
	if d.held.len() == 0 || !d.held.tail().Arrived.After(p.Arrived) {
		d.held.push(p)
		return
	}
	d.early.push(p)
}

func (d *Delay) draw() time.Duration {
	if d.jitter.By == 0 {
		return d.by
	}
	if d.jitter.Shape == study.Normal {
		return max(0, d.by+d.normal())
	}
	return max(0, d.by-d.jitter.By+time.Duration(d.chance.Int64N(2*int64(d.jitter.By)+1)))
}

// normalCut is where a normal distribution ends, in standard deviations.
const normalCut = 4

// normal draws from a normal distribution that is cut off; see study.Normal.
func (d *Delay) normal() time.Duration {
	most := normalCut * d.jitter.By
	if !d.jitter.Overtake {
		most = min(most, d.by)
	}
	for {
		x := time.Duration(d.chance.NormFloat64() * float64(d.jitter.By))
		if -most <= x && x <= most {
			return x
		}
	}
}

// Pop returns the next packet if its time is over.
func (d *Delay) Pop(now time.Time) (Packet, bool) {
	if d.early.len() > 0 && (d.held.len() == 0 || d.early.head().Arrived.Before(d.held.head().Arrived)) {
		if d.early.head().Arrived.After(now) {
			return Packet{}, false
		}
		return d.early.pop(), true
	}
	if d.held.len() == 0 || d.held.head().Arrived.After(now) {
		return Packet{}, false
	}
	return d.held.pop(), true
}

// Next returns when the next packet is due.
func (d *Delay) Next() time.Time {
	var next time.Time
	if d.held.len() > 0 {
		next = d.held.head().Arrived
	}
	if d.early.len() > 0 && (next.IsZero() || d.early.head().Arrived.Before(next)) {
		next = d.early.head().Arrived
	}
	return next
}

func (d *Delay) String() string {
	s := fmt.Sprintf("delay %v", d.by)
	if d.jitter.By == 0 {
		return s
	}
	shape, order := "uniform", "in order"
	if d.jitter.Shape == study.Normal {
		shape = "normal"
	}
	if d.jitter.Overtake {
		order = "out of order"
	}
	return fmt.Sprintf("%s ± %v %s, %s", s, d.jitter.By, shape, order)
}
