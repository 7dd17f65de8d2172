package inlet

import (
	"cmp"
	"image"
	"slices"
)

// dragMoves is how many moves of a drag may wait: no more than a guest with virtio devices has room for at once, so that a
// drag that waited is soon done.
const dragMoves = 15

// needless returns the place of a move of the drag at the end of waiting, if more than dragMoves of that drag wait; else -1. The first and
// the last of these moves stay. Of the others it is the one whose absence changes the way the least: the one that makes the smallest
// triangle with its neighbours (Visvalingam and Whyatt, "Line generalisation by repeated elimination of points", 1993),
// and of equal ones the one with the nearest neighbours.
func (q *Queue) needless() (least int) {
	last := q.waiting[len(q.waiting)-1]
	if !last.drags() {
		return -1
	}
	moves := make([]int, 0, dragMoves+1) // their places, the latest first
	for i, d := range slices.Backward(q.waiting) {
		if d.Hand == last.Hand && !d.drags() {
			break
		} else if d.Hand == last.Hand {
			moves = append(moves, i)
		}
	}
	if len(moves) <= dragMoves {
		return -1
	}
	changes := func(i int) bend { return q.waiting[moves[i+1]].bend(q.waiting[moves[i]], q.waiting[moves[i-1]]) }
	one := len(moves) - 2
	for i := one - 1; i > 0; i-- {
		if changes(i).Compare(changes(one)) < 0 {
			one = i
		}
	}
	return moves[one]
}

// tremble is how far, in pixels and in each direction, a finger may move between the two presses of a double click (GTK 3,
// gtk-double-click-distance).
const tremble = 5

// A drag is what a viewer does from the press of a button until the last button goes up: as much of it as has gone in.
type drag struct {
	grip   image.Point // where the button went down
	far    bool        // the pointer has been away from there by more than tremble
	latest sent        // the latest input
	hurry  bool        // nothing more of the drag waits for the guest
}

// noteDrag notes that d goes in at now.
func (q *Queue) noteDrag(now Time, d Deed) {
	g := q.drags[d.Hand]
	switch {
	case d.Device != Pointer:
		return
	case d.presses() && d.Had == 0:
		g = &drag{grip: d.At}
		q.drags[d.Hand] = g
		if !q.lag.behind {
			q.lag.from = now // what was long ago does not make up for what comes
		}
	case g == nil:
		return
	case d.Has == 0:
		delete(q.drags, d.Hand)
		return
	}
	g.far = g.leaves(d.At)
	g.latest = sent{at: now}
}

// leaves reports whether the viewer drags something, and does not click, once the pointer is at a place.
func (g *drag) leaves(at image.Point) bool {
	way := at.Sub(g.grip)
	return g.far || max(way.X, -way.X, way.Y, -way.Y) > tremble
}

// tooSoon reports whether d, a move of a drag or a release at its end, might come before the guest has handled what went in before.
// A program may then miss the drag. While it handles a press it may already read what follows: if it asks X something and runs its main
// loop until the answer comes, it finds moves and the release of a button that it does not know to be down. And at a move it may ask X
// where the pointer is and which buttons are down, and hears that none is (GDK 2, GDK_POINTER_MOTION_HINT_MASK). A guest that is not behind
// handles a drag as any computer does, so nothing waits there. Nor does a click, or the moves of a finger that
// trembles, so that a double click comes as fast as it was made.
func (q *Queue) tooSoon(d Deed) bool {
	g := q.drags[d.Hand]
	return q.lag.behind && g != nil && !g.hurry && (d.drags() || d.releases()) && g.leaves(d.At)
}

// look finds out whether the guest is behind.
func (q *Queue) look(now Time) {
	late, taken := false, true
	for _, g := range q.drags {
		if q.asks && !g.latest.taken {
			taken, late = false, late || now.Wall.Sub(g.latest.at.Wall) > keyBeat
		}
	}
	if q.lag.look(now, late, func() bool { return taken && !q.works() }) {
		q.hasten()
	}
}

// hasten lets the drags that have begun wait no more: the guest has had dragPatience, and has not been seen to rest.
func (q *Queue) hasten() {
	for _, g := range q.drags {
		g.hurry = true
	}
}

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
