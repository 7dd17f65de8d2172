package netem

import (
	"slices"
	"time"

	"vmstudy/study"
)

// Sample is the state of a link at one time: its counters, and the waits in its queues since the
// sample before.
type Sample struct {
	At       time.Time
	Total    study.LinkReport
	Down, Up Waits
}

// Series turns samples of a link into the traffic between them. It has a limited number of spans. When
// it is full, it merges every two neighbours into one, so that it always covers the whole time with
// longer and longer spans. It has no clock and no goroutine, and is not safe for concurrent use.
type Series struct {
	limit int
	last  Sample
	spans []span
}

// span is the traffic from one sample to the next.
type span struct {
	at       time.Time
	long     time.Duration
	moved    study.LinkReport
	down, up Waits
}

// NewSeries returns a Series of at most limit spans; limit must be even and above 0. It begins with
// first, whose waits do not count.
func NewSeries(limit int, first Sample) *Series { return &Series{limit: limit, last: first} }

// Add adds the traffic since the sample before. It ignores a sample that is not later than that.
func (s *Series) Add(now Sample) {
	if !now.At.After(s.last.At) {
		return
	}
	if len(s.spans) == s.limit {
		s.halve()
	}
	s.spans = append(s.spans, span{
		at: s.last.At, long: now.At.Sub(s.last.At), moved: now.Total.Minus(s.last.Total),
		down: now.Down, up: now.Up,
	})
	s.last = now
}

// halve merges every two spans into one.
func (s *Series) halve() {
	for i := range len(s.spans) / 2 {
		a, b := s.spans[2*i], s.spans[2*i+1]
		a.long, a.moved, a.down, a.up = a.long+b.long, a.moved.Plus(b.moved), a.down.plus(b.down), a.up.plus(b.up)
		s.spans[i] = a
	}
	s.spans = slices.Delete(s.spans, len(s.spans)/2, len(s.spans))
}

// Seconds returns the traffic so far.
func (s *Series) Seconds() []study.LinkSecond {
	all := make([]study.LinkSecond, len(s.spans))
	for i, one := range s.spans {
		all[i] = study.LinkSecond{
			At: one.at, Span: one.long, Moved: one.moved,
			WaitDown: one.down.Mean(), WaitUp: one.up.Mean(),
			LongestDown: one.down.Max, LongestUp: one.up.Max,
		}
	}
	return all
}
