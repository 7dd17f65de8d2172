package session

import "time"

// When a machine is slow: of so long a time, it got less than this share for itself, because it waited for the
// network. It is slow no more once it gets more than the second share.
const (
	slowWindow = 2 * time.Second
	slowBelow  = 0.25
	slowUntil  = 0.6
	slowTick   = slowWindow / 8
)

// slowness judges from a machine's own clock, which stands still while the machine waits for the network, whether
// a person feels that. The zero slowness is of a machine that is not slow.
type slowness struct {
	seen []moment // of the last slowWindow, oldest first
	slow bool
}

// moment is what the machine's clock showed at a time.
type moment struct {
	at     time.Time
	passed time.Duration
}

// look notes what the machine's clock shows now, and returns whether the machine is slow, and whether it is so
// only now, or no more.
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

// forget begins anew, with a machine that is not slow.
func (s *slowness) forget() { *s = slowness{} }
