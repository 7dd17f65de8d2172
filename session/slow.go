package session

import "time"

// A machine becomes slow when, because it waited for the network, it ran for less than slowBelow of the last
// slowWindow. It stays slow until it has run for at least slowUntil of a slowWindow.
const (
	slowWindow = 2 * time.Second
	slowBelow  = 0.25
	slowUntil  = 0.6
	slowTick   = slowWindow / 8 // between two looks at the machine's clock
)

// slowness decides whether a machine is so slow that a person notices it. It compares the machine's own clock, which
// stops while the machine waits for the network, with real time. The zero slowness is a machine that is not slow.
type slowness struct {
	seen []moment // of the last slowWindow, oldest first
	slow bool
}

// moment is a reading of the machine's clock: passed at the real time at.
type moment struct {
	at     time.Time
	passed time.Duration
}

// look adds a reading of the machine's clock. It returns whether the machine is slow, and whether that has changed.
func (s *slowness) look(now time.Time, passed time.Duration) (slow, changed bool) {
	s.seen = append(s.seen, moment{now, passed})
	for len(s.seen) > 1 && now.Sub(s.seen[1].at) >= slowWindow {
		s.seen = s.seen[1:]
	}
	first := s.seen[0]
	took := now.Sub(first.at)
	if took < slowWindow {
		return s.slow, false
	}
	share := float64(passed-first.passed) / float64(took)
	before := s.slow
	s.slow = share < slowBelow || s.slow && share < slowUntil
	return s.slow, s.slow != before
}

// forget drops all readings and takes the machine for one that is not slow.
func (s *slowness) forget() { *s = slowness{} }
