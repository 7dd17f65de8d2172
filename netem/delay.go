package netem

import (
	"fmt"
	"math/rand/v2"
	"time"

	"vmstudy/study"
)

// Jitter says how much a delay varies. The zero Jitter means a constant delay.
type Jitter struct {
	By       time.Duration // half-width of a uniform jitter, standard deviation of a normal one
	Shape    study.JitterShape
	Overtake bool // packets may come out in another order; else each waits for the one before it
}

// Delay delays every packet by a time that varies around a mean. The time counts from the packet's
// arrival, so delays never add up.
type Delay struct {
	by     time.Duration
	jitter Jitter
	chance *rand.Rand

	waiting ring[Packet] // in the order in which they are due; their Arrived is already the due time
	early   heap         // packets that are due before the tail of waiting
	last    time.Time    // when the latest packet is due; without overtaking no later packet may be due before
}

var _ Stage = (*Delay)(nil)

// NewDelay returns a Stage that delays each packet by a random time around by; see
// study.JitterShape. Without jitter.Overtake packets keep their order, so some are delayed for
// longer, and jitter.By must be from 0 to by. With jitter.Overtake a time below zero counts as
// zero. Nothing else may use chance; it may be nil if jitter.By stays 0.
func NewDelay(by time.Duration, jitter Jitter, chance *rand.Rand) *Delay {
	return &Delay{by: by, jitter: jitter, chance: chance}
}

// Set changes the delay of packets that are pushed from now on. Earlier packets keep their due times,
// and later ones overtake them only if jitter.Overtake is set.
func (d *Delay) Set(by time.Duration, jitter Jitter) { d.by, d.jitter = by, jitter }

// Push takes p in; it drops nothing. A packet that Reorder has chosen is due at once.
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
	d.waiting.push(p)
	return true
}

// pushEarly takes in a packet that is due before another that waits already.
func (d *Delay) pushEarly(p Packet) {
	if d.waiting.len() == 0 || !d.waiting.tail().Arrived.After(p.Arrived) {
		d.waiting.push(p)
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

// normalCut is where the normal distribution is cut off, in standard deviations from the mean.
const normalCut = 4

// normal draws from a truncated normal distribution around 0; see study.Normal.
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

// Pop returns the next packet if it is due at now.
func (d *Delay) Pop(now time.Time) (Packet, bool) {
	if d.early.len() > 0 && (d.waiting.len() == 0 || d.early.head().Arrived.Before(d.waiting.head().Arrived)) {
		if d.early.head().Arrived.After(now) {
			return Packet{}, false
		}
		return d.early.pop(), true
	}
	if d.waiting.len() == 0 || d.waiting.head().Arrived.After(now) {
		return Packet{}, false
	}
	return d.waiting.pop(), true
}

// Next returns when the next packet is due.
func (d *Delay) Next() time.Time {
	var next time.Time
	if d.waiting.len() > 0 {
		next = d.waiting.head().Arrived
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
