package inlet

import (
	"cmp"
	"image"
	"slices"
)

// dragMoves is how many moves of a drag may wait: no more than a guest with virtio devices has room for at once, so that a
// drag that waited is soon done.
const dragMoves = 15

// thin removes one move of the drag at the end of waiting, if it is longer than dragMoves, and returns that move. The first and
// the last move stay. Of the others goes the one whose absence changes the way the least: the one that makes the smallest
// triangle with its neighbours (Visvalingam and Whyatt, "Line generalisation by repeated elimination of points", 1993),
// and of equal ones the one with the nearest neighbours.
func thin(waiting []Deed) (left []Deed, gone *Deed) {
	first := len(waiting)
	for first > 0 && waiting[first-1].follows(waiting[len(waiting)-1]) {
		first--
	}
	if len(waiting)-first <= dragMoves {
		return waiting, nil
	}
	least := first + 1
	for i := first + 2; i < len(waiting)-1; i++ {
		if waiting[i-1].bend(waiting[i], waiting[i+1]).Compare(waiting[least-1].bend(waiting[least], waiting[least+1])) < 0 {
			least = i
		}
	}
	was := waiting[least]
	waiting[least+1].in += was.in
	return slices.Delete(waiting, least, least+1), &was
}

// tremble is how far, in pixels, a finger may move between the two presses of a double click: to GTK 3 and to Windows it is less.
const tremble = 5

// An input of a drag counts as handled, even if the guest never rests, once the processor has worked for workedUp, and the machine's own
// time has advanced by passedUp, since it went in.
const (
	workedUp = 4 * workedOff
	passedUp = 4 * passedOff
)

// A drag is what went in of a way with a button down.
type drag struct {
	grip   image.Point // where the button went down
	began  bool        // the pointer has moved by more than tremble since
	latest sent        // the press, or the latest move since
}

// note notes that d went in at now.
func (g *drag) note(now Time, d Deed) {
	switch {
	case d.Presses:
		*g = drag{grip: d.At, latest: sent{at: now}}
	case d.Drags && d.Units > 0:
		g.began, g.latest = g.leaves(d), sent{at: now}
	case d.Buttons:
		*g = drag{}
	}
}

// leaves reports whether the way is a drag once the pointer is where d moves it.
func (g *drag) leaves(d Deed) bool {
	way := d.At.Sub(g.grip)
	return g.began || way.X*way.X+way.Y*way.Y > tremble*tremble
}

// hastens reports whether d, a move of a drag or the release at its end, might come before the guest has handled what went in before.
// A program may then miss the drag. While it handles a press it may already read what follows: if it asks X something and runs its main
// loop until the answer comes, it finds moves and a release of a button that is not down to it. And at a move it may ask X where
// the pointer is and which buttons are down, and hears that none is (GDK 2, GDK_POINTER_MOTION_HINT_MASK). A click does not wait, nor do the moves of a finger that
// trembles, so that a double click comes as fast as it was made.
func (q *Queue) hastens(now Time, d Deed) bool {
	before := q.drag.latest
	switch {
	case before.at == (Time{}) || now.Worked < 0 || before.at.Worked < 0:
		return false // there is no drag, or nobody sees what the guest does
	case d.Drags && !q.drag.leaves(d):
		return false
	case !d.Drags && (d.Device != Pointer || !d.Buttons || d.Presses || !q.drag.began):
		return false
	}
	return q.slowed(now, before) && !q.handled(now, before)
}

// slowed reports whether the guest may have had less time since latest was sent than the clocks tell: the machine stood still, or the host
// gave its processor less than half of the time that it wanted.
func (q *Queue) slowed(now Time, latest sent) bool {
	little := !now.Idle && now.Worked-latest.at.Worked < (now.Passed-latest.at.Passed)/2
	return little || q.stalled(now, latest.at)
}

// handled reports whether the guest has handled an input: it rests now, or has rested since, or has had much time for it.
func (q *Queue) handled(now Time, s sent) bool {
	if !s.at.Wall.After(q.rested) {
		return true
	}
	if q.asks && !s.taken && q.stalled(now, s.at) {
		return false // QEMU may not have taken it
	}
	return now.Idle && !q.works() || now.Worked-s.at.Worked >= workedUp && now.Passed-s.at.Passed >= passedUp
}

// follows reports whether d is a move of the same drag as last.
func (d Deed) follows(last Deed) bool { return d.Drags && last.Drags && d.Hand == last.Hand }

// A bend says how much a way changes without one of its places.
type bend struct{ area, chord int }

// Compare orders bends: those that change less come first.
func (b bend) Compare(than bend) int {
	return cmp.Or(cmp.Compare(b.area, than.area), cmp.Compare(b.chord, than.chord))
}

// bend returns that of over, on the way from d to to: twice the area of the triangle, and the square of its side from d to to.
func (d Deed) bend(over, to Deed) bend {
	a, b := over.At.Sub(d.At), to.At.Sub(d.At)
	return bend{area: max(cross(a, b), -cross(a, b)), chord: b.X*b.X + b.Y*b.Y}
}

func cross(a, b image.Point) int { return a.X*b.Y - a.Y*b.X }
