package inlet

import (
	"image"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What is left of a drag that waits is few moves, which lead the way that it took.
func TestADragThatWaitsKeepsItsWay(t *testing.T) {
	line := func(from, to image.Point, moves int) (all []image.Point) {
		for i := 1; i <= moves; i++ {
			all = append(all, from.Add(to.Sub(from).Mul(i).Div(moves)))
		}
		return all
	}
	var corners []image.Point
	for i, at := range []image.Point{{0, 300}, {100, 300}, {100, 0}, {200, 0}, {200, 300}} {
		from := image.Point{}
		if i > 0 {
			from = corners[len(corners)-1]
		}
		corners = append(corners, line(from, at, 25)...)
	}
	for name, tt := range map[string]struct {
		way  []image.Point
		left int
		want []image.Point // among those that are left
	}{
		"one of two moves is whole":            {line(image.Point{}, image.Pt(20, 20), 2), 2, []image.Point{{10, 10}, {20, 20}}},
		"one of fifteen moves is whole":        {line(image.Point{}, image.Pt(150, 0), 15), 15, line(image.Point{}, image.Pt(150, 0), 15)},
		"a long one begins and ends as it did": {line(image.Point{}, image.Pt(1000, 500), 100), dragMoves, []image.Point{{10, 5}, {1000, 500}}},
		"corners stay":                         {corners, dragMoves, []image.Point{{0, 300}, {100, 300}, {100, 0}, {200, 0}, {200, 300}}},
		"one that stays where it is":           {make([]image.Point, 200), dragMoves, []image.Point{{}, {}}},
	} {
		t.Run(name, func(t *testing.T) {
			w, q, now := NewWants(Virtio, stays), NewQueue(Virtio), time.Unix(1000, 0)
			gone := 0
			push := func(d Deed) {
				now = now.Add(16 * time.Millisecond)
				was, ok := q.Push(now, d)
				if !ok {
					t.Fatal("no room for a person")
				}
				if was != nil {
					gone++
				}
			}
			push(w.Point(1, image.Point{}))
			for _, at := range tt.way {
				push(w.Point(1, at))
			}
			push(w.Point(0, tt.way[len(tt.way)-1]))
			var left []image.Point
			var took time.Duration
			for _, d := range q.Drain() {
				took += d.in
				if d.Drags {
					left = append(left, d.At)
				}
			}
			if len(left) != tt.left || gone != len(tt.way)-tt.left {
				t.Errorf("%d moves are left and %d are left out of %d; want %d", len(left), gone, len(tt.way), tt.left)
			}
			if want := time.Duration(len(tt.way)+1) * 16 * time.Millisecond; took != want {
				t.Errorf("from the press to the release it is %v, want %v", took, want)
			}
			if left[0] != tt.way[0] || left[len(left)-1] != tt.way[len(tt.way)-1] {
				t.Errorf("what is left leads from %v to %v", left[0], left[len(left)-1])
			}
			if diff := cmp.Diff(tt.want, amongst(left, tt.want)); diff != "" {
				t.Errorf("of the way is left %v (-want +got):\n%s", left, diff)
			}
		})
	}
}

// amongst returns those of want that come in all, in their order.
func amongst(all, want []image.Point) (found []image.Point) {
	for _, at := range all {
		if len(found) < len(want) && at == want[len(found)] {
			found = append(found, at)
		}
	}
	return found
}
