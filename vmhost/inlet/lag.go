package inlet

// A lag says whether a guest may be behind with its input: it has had less time than it wanted, and nobody has seen since that it has
// nothing left to do. The zero lag is that of a guest that is not behind.
type lag struct {
	behind bool
	from   Time // when the guest was last known not to be behind or, if it is, when it last lacked time
}

// look notes a reading of the machine's clocks. rests tells whether the guest has handled all input; it is asked only if the processor is
// idle. late says that QEMU has not taken an input for so long that the host does not let it run. look reports whether the guest
// has been behind for dragPatience, and now counts as not behind.
func (l *lag) look(now Time, late bool, rests func() bool) (over bool) {
	switch {
	case now.Worked < 0: // nobody sees the processor
		l.behind = false
		return false
	case l.from == (Time{}):
		l.from = now
	case late || now.lacked(l.from):
		l.note(now)
	}
	over = l.behind && now.enough(l.from, dragPatience)
	if over || now.Idle && (!l.behind || rests()) {
		l.behind, l.from = false, now
	}
	return over
}

// note notes that the guest has lacked time until now.
func (l *lag) note(now Time) { l.behind, l.from = true, now }

// rested notes that the guest has come to rest since then.
func (l *lag) rested(then Time) {
	if !l.from.Wall.After(then.Wall) {
		l.behind, l.from = false, then
	}
}

// lacked reports whether a guest has had less time than it wanted since then: the machine stood still, or the host gave its processor less
// than half of the time that it wanted.
func (now Time) lacked(then Time) bool {
	denied := now.Denied - then.Denied
	return now.stood(then) || denied > keyBeat/2+beatSlack && denied > now.Worked-then.Worked
}
