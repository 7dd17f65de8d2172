package stream

import "time"

const (
	startWindow = 16 << 10 // about TCP's initial window (RFC 6928), bytes
	minWindow   = 2 << 10
	maxWindow   = 8 << 20
	// baseLife is how long a measured base delay is believed. A link may change while it
	// is in use, and a queue of our own must not pass for distance.
	baseLife = 30 * time.Second
	// filter is how many recent answers the current delay is the smallest of (RFC 6817,
	// section 3.4.2): one late packet is not a queue.
	filter = 4
)

// pace decides how many bytes of answers may be outstanding, so that the link is full and the
// queue in front of it short. It compares how long answers take now with how long they take on
// an idle link, aims at a small difference as LEDBAT does (RFC 6817), and moves its window
// half of the way there a round trip, as FAST TCP does (Wei et al., 2006).
//
// It has no clock: what it measures is passed in. The zero pace is ready for use.
type pace struct {
	window  int // bytes; 0 means startWindow
	flying  int // bytes outstanding, by estimate
	settled bool
	base    time.Duration // of an answer on an idle link; 0 before the first
	baseAt  time.Time     // when base was last seen
	recent  [filter]time.Duration
	answers int // so far
}

// target is the delay that read-ahead may cause, and so what a demand may wait for it: enough
// to bridge one flight and the jitter of a longer path.
func (p *pace) target() time.Duration { return 10*time.Millisecond + p.base/8 }

func (p *pace) size() int {
	if p.window == 0 {
		return startWindow
	}
	return p.window
}

// room reports whether read-ahead may be asked for.
func (p *pace) room() bool { return p.flying < p.size() }

// asked notes that an answer of about n bytes was asked for.
func (p *pace) asked(n int) { p.flying += n }

// arrived notes an answer of n bytes, asked for as `expected` bytes `took` ago.
func (p *pace) arrived(now time.Time, took time.Duration, n, expected int) {
	used := p.flying >= p.size()/2 // a window that is not used says nothing about the link
	p.flying = max(0, p.flying-expected)
	p.learn(now, took)
	if !used {
		return
	}
	current := p.current()
	over := current - p.base
	switch {
	case !p.settled && over < p.target():
		p.window = p.size() + n // doubles each round trip, as TCP does beneath us
	default:
		p.settled = true
		p.window = p.size() + int(float64(n)/2*float64(p.target()-over)/float64(current))
	}
	p.window = min(max(p.window, minWindow), maxWindow)
}

// learn takes in how long an answer took. A base that was not seen for long is forgotten, and
// the window halved, so that the queue drains and the next answers show the true base.
func (p *pace) learn(now time.Time, took time.Duration) {
	took = max(took, time.Microsecond) // keeps the division in arrived defined
	p.recent[p.answers%filter] = took
	p.answers++
	switch {
	case p.base == 0 || took <= p.base:
		p.base, p.baseAt = took, now
	case took <= p.base+time.Millisecond:
		p.baseAt = now
	case now.Sub(p.baseAt) > baseLife:
		p.base, p.baseAt = p.current(), now
		p.window, p.settled = p.size()/2, false
	}
}

// current is the smallest of the recent delays.
func (p *pace) current() time.Duration {
	least := p.recent[0]
	for _, d := range p.recent[:min(p.answers, filter)] {
		least = min(least, d)
	}
	return least
}

// broken forgets what was in flight, and begins anew as a new TCP connection does.
func (p *pace) broken() { *p = pace{} }
