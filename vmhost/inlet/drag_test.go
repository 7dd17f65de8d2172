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
				now = now.Add(16 * ms)
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
				if d.drags() {
					left = append(left, d.At)
				}
			}
			if len(left) != tt.left || gone != len(tt.way)-tt.left {
				t.Errorf("%d moves are left and %d are left out of %d; want %d", len(left), gone, len(tt.way), tt.left)
			}
			if want := time.Duration(len(tt.way)+1) * 16 * ms; took != want {
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

// A program that stood still finds what was sent meanwhile all at once, and may then look at the end of a drag before its beginning. So the
// inputs of a drag wait until a machine that had less time than its clock tells has handled what went in before.
func TestADragWaitsUntilAMachineThatStoodStillHasHandledIt(t *testing.T) {
	start := image.Pt(100, 100)
	press, draw, release := deed{1, start}, deed{1, start.Add(image.Pt(50, 0))}, deed{0, start.Add(image.Pt(50, 0))}
	for name, tt := range map[string]struct {
		does                 []deed // the last of these is asked about
		wall, passed, worked int    // ms from the one before; the rest of passed the host has denied, if busy
		busy                 bool
		then                 time.Duration // for so long the machine works before the last comes
		idle, rested, unseen bool
		in                   bool
	}{
		"the machine went on":                                      {does: []deed{press, draw}, wall: 30, passed: 30, worked: 30, in: true},
		"it stood still":                                           {does: []deed{press, draw}, wall: 300, passed: 100, worked: 100},
		"it stood still, and has rested since":                     {does: []deed{press, draw}, wall: 300, passed: 100, worked: 100, rested: true, in: true},
		"it stood still, and rests":                                {does: []deed{press, draw}, wall: 300, passed: 100, worked: 100, idle: true, in: true},
		"it stood still, and the finger trembles":                  {does: []deed{press, {1, start.Add(image.Pt(-3, 4))}}, wall: 300, passed: 100, worked: 100, in: true},
		"the host gave its processor no time":                      {does: []deed{press, draw}, wall: 30, passed: 30, worked: 1, busy: true},
		"the host gave it a third of the time":                     {does: []deed{press, draw}, wall: 300, passed: 300, worked: 100, busy: true},
		"the machine had nothing to do for two thirds of the time": {does: []deed{press, draw}, wall: 300, passed: 300, worked: 100, in: true},
		"nobody sees its processor":                                {does: []deed{press, draw}, wall: 300, passed: 100, worked: 100, unseen: true, in: true},
		"nobody waits for ever":                                    {does: []deed{press, draw}, wall: 300, passed: 100, worked: 100, then: dragPatience, in: true},
		"on the way the machine goes on":                           {does: []deed{press, draw, {1, start.Add(image.Pt(90, 0))}}, wall: 30, passed: 30, worked: 30, in: true},
		"on the way it stands still":                               {does: []deed{press, draw, {1, start.Add(image.Pt(90, 0))}}, wall: 300, passed: 30, worked: 30},
		"the drag ends on a machine that goes on":                  {does: []deed{press, draw, release}, wall: 110, passed: 110, worked: 110, in: true},
		"it ends on one that stood still":                          {does: []deed{press, draw, release}, wall: 400, passed: 110, worked: 110},
		"a click ends on one that stood still":                     {does: []deed{press, {0, start}}, wall: 400, passed: 110, worked: 110, in: true},
		"a click with a finger that trembles ends there":           {does: []deed{press, {1, start.Add(image.Pt(3, 0))}, {0, start.Add(image.Pt(3, 0))}}, wall: 400, passed: 110, worked: 110, in: true},
	} {
		t.Run(name, func(t *testing.T) {
			w, q, now := NewWants(Virtio, stays), NewQueue(Virtio), Time{Wall: time.Unix(1000, 0), Idle: true}
			bring := func(d deed) {
				if _, ok := q.Push(now.Wall, w.Point(d.buttons, d.at)); !ok {
					t.Fatal("no room for a person")
				}
			}
			for _, d := range append([]deed{{0, start}}, tt.does[:len(tt.does)-1]...) {
				now.Wall, now.Passed, now.Worked = now.Wall.Add(200*ms), now.Passed+200*ms, now.Worked+100*ms
				bring(d)
				if _, ok := q.Pop(now); !ok {
					t.Fatalf("%+v has to wait on a machine that rests", d)
				}
			}
			before := now
			now = Time{Wall: before.Wall.Add(time.Duration(tt.wall) * ms), Passed: now.Passed + time.Duration(tt.passed)*ms, Worked: now.Worked + time.Duration(tt.worked)*ms, Idle: tt.idle}
			if tt.busy {
				now.Denied = time.Duration(tt.passed-tt.worked) * ms
			}
			if tt.rested {
				q.Taken(now)
			}
			q.look(now)
			now.Wall, now.Passed, now.Worked = now.Wall.Add(tt.then), now.Passed+tt.then, now.Worked+tt.then
			if tt.unseen {
				now.Worked = -1
			}
			bring(tt.does[len(tt.does)-1])
			if _, in := q.Pop(now); in != tt.in {
				t.Errorf("it goes in: %v, want %v", in, tt.in)
			}
		})
	}
}

// deed is what a pointer does.
type deed struct {
	buttons uint16
	at      image.Point
}
