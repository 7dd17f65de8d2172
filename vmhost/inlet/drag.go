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
