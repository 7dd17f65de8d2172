package kernel

import (
	"log/slog"
	"time"

	"vmstudy/study"
)

// schedule is a network that may change by its schedule, and when that began.
type schedule struct {
	of    study.Network
	began time.Time
	next  *time.Timer // nil if nothing changes any more
}

// stop prevents further changes. A change that already waits for the link's mu is not prevented; proceed
// checks for that.
func (s *schedule) stop() {
	if s != nil && s.next != nil {
		s.next.Stop()
	}
}

// advance sets the link to what s says for now, and sets a timer for the next change. The caller holds
// mu.
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

// proceed makes the next change of s, unless the link is closed or has another schedule by now.
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

// shape applies the shapes of both directions. Packets that flow down leave the far end.
func (l *Link) shape(down, up shape) error {
	if err := l.far.Do(func() error { return down.apply(l.far.index) }); err != nil {
		return err
	}
	return l.near.Do(func() error { return up.apply(l.near.index) })
}
