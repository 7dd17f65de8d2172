package session

import (
	"sync"

	"vmstudy/rfb/tap"
	"vmstudy/study"
)

// shown counts what a machine's screen sent to the participant, over all their connections.
type shown struct {
	mu                     sync.Mutex
	updates, bytes         int64
	refreshes, againstLoss int64
	films                  int64
}

// note counts an event of a tap.
func (s *shown) note(e tap.Event) {
	u, is := e.(*tap.Update)
	if !is || u.Rects == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if u.Refresh {
		s.refreshes++
		s.againstLoss += u.Bytes
		return
	}
	s.updates++
	s.bytes += u.Bytes
	if u.Films > 0 {
		s.films++
	}
}

// add puts the counts into r.
func (s *shown) add(r *study.DesktopReport) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r.Updates, r.UpdateBytes, r.Refreshes, r.RefreshBytes = s.updates, s.bytes, s.refreshes, s.againstLoss
	r.Films = s.films
}
