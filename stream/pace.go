package stream

import (
	"time"
)

const (
	// startWindow is six times TCP's initial window (RFC 6928), so that the first three round trips and a half
	// have work: TCP doubles what it sends in each, and what waits for that at the origin is no queue of the link.
	startWindow = 96 << 10
	minWindow   = 2 << 10
	maxWindow   = 8 << 20
	// startGain is by how much the window exceeds, in the beginning, what the link has proved
	// to carry, as long as that grows by as much: enough to see it grow. lateGain is the same when it
	// hardly grows any more. Both are too little to overflow a queue of one bandwidth-delay product, even
	// if this computer is late and all that is outstanding stands there at once.
	startGain = 1.5
	lateGain  = 1.25
	// freeGain is by how much a window grows in a round trip while none has caused a queue yet. It must not cause a
	// long one when it does.
	freeGain = 0.35
	// baseLife is how long a measured base delay is believed. A link may change while it
	// is in use, and a queue of our own must not pass for distance.
	baseLife = 30 * time.Second
	// filter is how many recent answers the current delay is the smallest of (RFC 6817,
	// section 3.4.2): one late packet is not a queue, and neither is a computer that was busy for a
	// part of a round trip.
	filter = flightShare
)

// pace decides how many bytes of answers may be outstanding, so that the link is full and the
// queue in front of it short. It compares how long answers take now with how long they take on
// an idle link and aims at a small difference, as LEDBAT does (RFC 6817); the window follows
// by the rule of FAST TCP (Wei et al., 2006). In the beginning it follows the rate while that
// grows, as BBR does (Cardwell et al., 2016): delay could not tell then, because TCP's own
// slow start delays answers too.
//
// It has no clock: what it measures is passed in. The zero pace is ready for use.
type pace struct {
	window  int           // bytes; 0 means startWindow
	flying  int           // bytes outstanding, by estimate
	base    time.Duration // of an answer on an idle link; 0 before the first
	baseAt  time.Time     // when base was last seen
	slack   time.Duration // by how much even with no queue the current delay was above base
	full    int           // the largest window with the delay that is aimed at, since doubt
	hold    time.Time     // until then the window stays: for base to be seen again, see doubt, or for the queue of the beginning to drain
	halved  int           // what the window becomes again after that; 0 when it is that
	former  time.Duration // base before that; 0 when what was seen has been judged
	recent  [filter]sample
	answers int // so far

	settled bool    // the beginning is over
	found   bool    // since then, the window has been so large that it caused a queue
	best    float64 // highest rate of a round trip, bytes a second
	plain   int     // round trips since best last grew
	round   sample  // the round trip that is going on: bytes so far
	roundAt time.Time
}

// sample is an answer: how long it took, and how many bytes were outstanding, itself
// included, when it was asked for.
type sample struct {
	took  time.Duration
	bytes int
}

// target is the delay that read-ahead may cause, the time that a flight of it takes on the link
// included, and so about what a demand may wait for it: a tenth of its way, which nobody feels. On
// a short path it also has to bridge a goroutine that is late.
func (p *pace) target() time.Duration { return 2*time.Millisecond + p.base/10 + p.slack }

func (p *pace) size() int {
	if p.window == 0 {
		return startWindow
	}
	return p.window
}

// flight is how many bytes of read-ahead to ask for at once. In the beginning it is less, as the time that
// a flight takes on the link would pass for distance.
func (p *pace) flight() int {
	if !p.settled {
		return p.size() / flightShare / 2
	}
	return p.size() / flightShare
}

// room reports whether a flight of read-ahead may be asked for: it must not go beyond the window, or on
// average half a flight more would stand in the queue.
func (p *pace) room() bool { return p.flying+p.flight() <= p.size() }

// asked notes that an answer of about n bytes was asked for, and returns how many are
// outstanding now.
func (p *pace) asked(n int) int {
	p.flying += n
	return p.flying
}

// unmeasured notes an answer that was expected to have so many bytes, and that says nothing about the way.
func (p *pace) unmeasured(expected int) { p.flying = max(0, p.flying-expected) }

// arrived notes an answer of n bytes, which had been taken for expected bytes.
func (p *pace) arrived(now time.Time, s sample, n, expected int) {
	p.flying = max(0, p.flying-expected)
	p.learn(now, s)
	switch {
	case !p.settled:
		p.begin(now, n)
	case p.halved > 0 && now.After(p.hold):
		p.judge()
		p.restore(n)
	case now.After(p.hold):
		p.follow(now, s, n)
	}
	p.window = min(max(p.size(), minWindow), maxWindow)
}

// restore gives back the window from before it was halved, as answers come: all at once, half a window
// would stand in a queue.
func (p *pace) restore(n int) {
	if p.window += n / 4; p.window >= p.halved {
		p.window, p.halved = p.halved, 0
	}
}

// follow moves the window towards what would have taken base plus target; fully within a
// round trip. Bytes are matched with the delay that they themselves saw, or the window
// would shrink on and on while an old queue drains.
//
// A window a third smaller than one that stood in no queue should stand in none either. So that is when to
// look whether answers wait in a queue at all: a window that follows a delay that it does not cause shrinks
// to nothing.
//
// The beginning may have ended too soon, because this computer was late. So as long as no window has caused a
// queue, it grows with every answer that met none; by the delay alone it would take 20 round trips to double.
func (p *pace) follow(at time.Time, s sample, n int) {
	now := p.current()
	p.found = p.found || now.took > p.base+p.target()/2
	if !p.found && s.took <= p.base+p.target()/2 && s.bytes >= p.size()*3/4 {
		p.window = p.size() + int(freeGain*float64(n))
		p.full = max(p.full, p.size())
		return
	}
	switch {
	case now.took <= p.base+p.target():
		p.full = max(p.full, p.size())
	case p.size() <= p.full*2/3:
		p.doubt(at)
		return
	}
	aim := int(float64(now.bytes) * float64(p.base+p.target()) / float64(now.took))
	if now.took < p.base+p.target() && aim < p.size() {
		return // too little was outstanding to say anything about the link
	}
	p.window = p.size() + int(float64(aim-p.size())*min(1, float64(n)/float64(p.size())))
}

// begin follows the rate while it grows.
func (p *pace) begin(now time.Time, n int) {
	if p.roundAt.IsZero() {
		p.roundAt = now
		return
	}
	p.round.bytes += n
	p.round.took = now.Sub(p.roundAt)
	if p.round.took < p.base {
		return
	}
	rate := float64(p.round.bytes) / p.round.took.Seconds()
	p.round, p.roundAt = sample{}, now
	if p.plain++; rate > 1.1*p.best {
		p.plain = 0
	}
	gain := lateGain
	if rate > startGain*p.best {
		gain = startGain
	}
	p.best = max(p.best, rate)
	p.window = max(p.size(), int(gain*p.best*p.base.Seconds()))
	if p.plain >= 2 && p.current().took-p.base > p.target() || p.plain >= 4 {
		p.window, p.settled = int(p.best*(p.base+p.target()).Seconds()), true
		p.hold = now.Add(2 * p.base)
	}
}

// learn takes in how long an answer took. A base that was not seen for long is forgotten, and
// the window halved, so that the queue drains and the next answers show the true base.
func (p *pace) learn(now time.Time, s sample) {
	s.took = max(s.took, time.Microsecond) // keeps the division in follow defined
	p.recent[p.answers%filter] = s
	p.answers++
	switch {
	case p.base == 0 || s.took <= p.base:
		p.base, p.baseAt = s.took, now
	case s.took <= p.base+time.Millisecond:
		p.baseAt = now
	case now.Sub(p.baseAt) > baseLife:
		p.slack = 0
		p.doubt(now)
	}
}

// doubt halves the window for two round trips, so that the base shows.
func (p *pace) doubt(now time.Time) {
	p.former, p.base, p.baseAt = p.base, p.current().took, now
	p.halved, p.hold = p.size(), now.Add(2*p.base)
	p.window = p.halved / 2
}

// judge ends a doubt. Answers that take too long even now, when little is outstanding, do so because the
// delay of the link varies, or its way has become longer: then the window was taken back for nothing. How
// much longer they take is not for a queue from now on.
func (p *pace) judge() {
	if p.former == 0 {
		return
	}
	least := min(p.base, p.former)
	if more := p.current().took - least; more > p.target()*3/4 {
		p.slack = max(p.slack, more)
		p.halved = max(p.halved, p.full)
	}
	if p.slack > 0 {
		p.base = least
	}
	p.full, p.former = p.halved, 0
}

// current is the quickest of the recent answers.
func (p *pace) current() sample {
	least := p.recent[0]
	for _, s := range p.recent[:min(p.answers, filter)] {
		if s.took < least.took {
			least = s
		}
	}
	return least
}

// broken forgets what was in flight, and begins anew as a new TCP connection does.
func (p *pace) broken() { *p = pace{} }
