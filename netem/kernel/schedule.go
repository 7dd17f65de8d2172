package kernel

import (
	"log/slog"
	"time"

	"vmstudy/study"
)

// schedule is a condition that may change by itself, and since when it holds.
type schedule struct {
	of    study.Network
	began time.Time
	next  *time.Timer // nil if nothing changes any more
}

// stop keeps a schedule from changing anything more, but for a change that waits for the
// link's mu already.
func (s *schedule) stop() {
	if s != nil && s.next != nil {
		s.next.Stop()
	}
}

// advance puts into effect what s asks for now, and sets the time for its next change. The
// caller holds mu.
func (l *Link) advance(s *schedule) error {
	now, until := s.of.At(time.Since(s.began))
	down, up, err := shapesOf(now, l.seed)
	if err != nil {
		return err
	}
	if err := l.shape(down, up); err != nil {
		return err
	}
	if until != study.Forever {
		s.next = time.AfterFunc(time.Until(s.began.Add(until)), func() { l.proceed(s) })
	}
	return nil
}

// proceed makes the next change of s, unless another condition holds by now.
func (l *Link) proceed(s *schedule) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.Alive().Err() != nil || l.plan != s {
		return
	}
	if err := l.advance(s); err != nil {
		slog.Error("a phase of a link's schedule could not begin", "link", l.mark.ID(), "error", err)
	}
}

// shape applies the shapes of both directions: what flows down leaves the far end.
func (l *Link) shape(down, up shape) error {
	if err := l.far.Do(func() error { return down.apply(l.far.index) }); err != nil {
		return err
	}
	return l.near.Do(func() error { return up.apply(l.near.index) })
}
