package plan

import (
	"time"
)

const (
	// flightShare is how many reads of read-ahead the window has room for. Larger reads would be a
	// queue by themselves, and much smaller ones compress worse.
	flightShare = 16
	// startWindow is six times TCP's initial window (RFC 6928), so that there is work for the first three
	// and a half round trips: TCP doubles what it sends in each. What TCP does not send yet waits at the origin
	// and is no queue of the link.
	startWindow = 96 << 10
	minWindow   = 2 << 10
	maxWindow   = 8 << 20
	// In the beginning the window is larger than what the link has proved to carry, so that it shows if it
	// carries more: startGain times as large while the rate grows by as much in a round trip, and lateGain
	// times when it hardly grows any more. Neither overflows a queue of one bandwidth-delay product, even if
	// this computer is late and all that is outstanding stands there at once.
	startGain = 1.5
	lateGain  = 1.25
	// freeGain is by how much the window grows in a round trip as long as it has never caused a queue. It is
	// small, so that the first queue is short.
	freeGain = 0.35
	// baseLife is how long a measured base delay is believed. A link may change while it
	// is in use, and our own queue must not be taken for distance.
	baseLife = 30 * time.Second
	// filter is how many recent answers the current delay is the smallest of (RFC 6817,
	// section 3.4.2): one late packet is not a queue, and neither is a computer that was busy for a
	// part of a round trip.
	filter = flightShare
)

// pace decides how many bytes of answers may be outstanding, so that the link is full and the
// queue in front of it short. It compares how long answers take now with how long they take on
// an idle link, and aims at a small difference, as LEDBAT does (RFC 6817). The window follows
// by the rule of FAST TCP (Wei et al., 2006). In the beginning it follows the rate while that
// grows, as BBR does (Cardwell et al., 2016): delays say nothing then, because TCP's own
// slow start delays answers too.
//
// The zero pace is ready for use.
type pace struct {
	window  int           // bytes; 0 means startWindow
	flying  int           // bytes outstanding, by estimate
	base    time.Duration // of an answer on an idle link; 0 before the first
	baseAt  time.Time     // when base was last seen
	slack   time.Duration // how much longer than base answers took lately though there was no queue
	full    int           // the largest window since doubt whose answers took no longer than the target allows
	rest    time.Time     // until then the window stays as it is: see doubt and begin
	halved  int           // the window before doubt halved it, to be given back; 0 when it has been
	former  time.Duration // base before doubt; 0 once judge has looked at it
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

// target is how much longer than on an idle link answers may take because of read-ahead. That includes the
// time of a read on the link, and so is about what a demand may wait behind it: a tenth of its way, which
// nobody feels. On a short path the target also has room for a goroutine that is late.
func (p *pace) target() time.Duration { return 2*time.Millisecond + p.base/10 + p.slack }

func (p *pace) size() int {
	if p.window == 0 {
		return startWindow
	}
	return p.window
}

// flight is how many bytes of read-ahead to ask for at once. In the beginning it is less, because the time
// that a read takes on the link would be taken for distance.
func (p *pace) flight() int {
	if !p.settled {
		return p.size() / flightShare / 2
	}
	return p.size() / flightShare
}

// room reports whether another read of read-ahead may be asked for. It must fit into the window, or on
// average half a read more would stand in the queue.
func (p *pace) room() bool { return p.flying+p.flight() <= p.size() }

// asked notes that an answer of about n bytes was asked for, and returns how many are
// outstanding now.
func (p *pace) asked(n int) int {
	p.flying += n
	return p.flying
}

// unmeasured notes an answer that was expected to have so many bytes, and that says nothing about the way.
func (p *pace) unmeasured(expected int) { p.flying = max(0, p.flying-expected) }

// arrived notes an answer of n bytes, which had been expected to have another number.
func (p *pace) arrived(now time.Time, s sample, n, expected int) {
	p.flying = max(0, p.flying-expected)
	p.learn(now, s)
	switch {
	case !p.settled:
		p.begin(now, n)
	case p.halved > 0 && now.After(p.rest):
		p.judge()
		p.giveBack(n)
	case now.After(p.rest):
		p.follow(now, s, n)
	}
	p.window = min(max(p.size(), minWindow), maxWindow)
}

// giveBack undoes the halving of the window, little by little as answers come: given back at once, half a
// window would stand in a queue.
func (p *pace) giveBack(n int) {
	if p.window += n / 4; p.window >= p.halved {
		p.window, p.halved = p.halved, 0
	}
}

// follow moves the window towards the size with which answers would take base plus target. It gets there
// within a round trip. Bytes are compared with the delay that they themselves saw; otherwise the window would
// go on shrinking while an old queue drains.
//
// If answers take too long though the window is a third smaller than one with which they did not, then a
// queue of ours may not be the reason. A window that follows a delay which it does not cause would shrink to
// nothing. So then doubt looks whether answers wait in a queue at all.
//
// The beginning may have ended too soon, because this computer was late. So as long as no window has caused a
// queue, it grows with every answer that met none. By the delay alone it would take 20 round trips to double.
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

// begin follows the rate of the link while that grows. When it grows no more, the window rests for two round
// trips, so that the queue of the beginning drains.
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
		p.rest = now.Add(2 * p.base)
	}
}

// learn takes in how long an answer took. A base that was not seen for long is forgotten, and the window
// is halved, so that the queue drains and the next answers show the true base.
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

// doubt halves the window for two round trips, to see how long answers take without a queue.
func (p *pace) doubt(now time.Time) {
	p.former, p.base, p.baseAt = p.base, p.current().took, now
	p.halved, p.rest = p.size(), now.Add(2*p.base)
	p.window = p.halved / 2
}

// judge ends a doubt. If answers take too long even now, when little is outstanding, the reason is no queue:
// the delay of the link varies, or its way has become longer. From now on the time that they take longer is
// not counted as a queue, and the window may become as large as it was.
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
