package inlet

import (
	"context"
	"fmt"
	"image"
	"testing"
	"testing/synctest"
	"time"
)

const ms = time.Millisecond

// desk is a Queue with clocks, and two people at it.
type desk struct {
	t          *testing.T
	q          *Queue
	now        Time
	one, other *Wants
}

func newDesk(t *testing.T) *desk {
	return &desk{
		t: t, q: NewQueue(Virtio), now: Time{Wall: time.Unix(1000, 0), Passed: time.Hour, Worked: time.Hour},
		one: NewWants(Virtio, stays), other: NewWants(Virtio, stays),
	}
}

// The kinds of time that pass at a desk. The machine is busy if it has something to do all the time.
func (d *desk) busy(ms time.Duration)   { d.later(ms, ms, ms, 0) }
func (d *desk) stands(ms time.Duration) { d.later(ms, 0, 0, 0) }
func (d *desk) denied(ms time.Duration) { d.later(ms, ms, 0, ms) }

func (d *desk) idle(ms time.Duration) {
	d.later(ms, ms, 0, 0)
	d.now.Idle = true
}

func (d *desk) later(wall, passed, worked, denied time.Duration) {
	n := d.now
	d.now = Time{Wall: n.Wall.Add(wall), Passed: n.Passed + passed, Worked: n.Worked + worked, Denied: n.Denied + denied, Slept: n.Slept + max(0, passed-worked-denied)}
}

// bring pushes an input, and reports whether all that waited has gone in.
func (d *desk) bring(is Deed) bool {
	if _, ok := d.q.Push(d.now.Wall, is); !ok {
		d.t.Fatal("no room for a person")
	}
	return d.pop()
}

func (d *desk) pop() bool {
	for _, ok := d.q.Pop(d.now); ok; _, ok = d.q.Pop(d.now) {
	}
	return d.q.Waiting() == 0
}

// drag moves the pointer of the first person to x, with the buttons as they are.
func (d *desk) drag(x int) bool { return d.bring(d.one.Point(d.one.Buttons(), image.Pt(x, 100))) }

// press presses the left button at 100, and expects that it goes in.
func (d *desk) press() {
	d.t.Helper()
	if !d.bring(d.one.Point(1, image.Pt(100, 100))) {
		d.t.Fatal("the press has to wait")
	}
}

func TestADragThatMayBeMissedWaits(t *testing.T) {
	end := func(d *desk) bool { return d.bring(d.one.Point(d.one.Buttons()&^1, image.Pt(300, 100))) }
	begun := func(d *desk) { // a drag that has begun on a machine which is quick
		d.busy(100 * ms)
		d.drag(300)
		d.busy(100 * ms)
	}
	for name, tt := range map[string]struct {
		before func(*desk)
		last   func(*desk) bool
		in     bool
	}{
		"a finger that trembles hides nothing": {
			func(d *desk) { d.busy(100 * ms); d.stands(300 * ms); d.drag(101); d.busy(21 * ms) },
			func(d *desk) bool { return d.drag(200) }, false,
		},
		"a finger may tremble in both directions": {
			func(d *desk) { d.busy(100 * ms); d.stands(300 * ms) },
			func(d *desk) bool { return d.bring(d.one.Point(1, image.Pt(104, 104))) }, true,
		},
		"a wheel that turns does not end a drag": {
			func(d *desk) {
				begun(d)
				d.bring(d.one.Point(1|8, image.Pt(300, 100)))
				d.busy(100 * ms)
				d.bring(d.one.Point(1, image.Pt(300, 100)))
				d.busy(110 * ms)
				d.stands(300 * ms)
			}, end, false,
		},
		"nor does another button": {
			func(d *desk) {
				begun(d)
				d.bring(d.one.Point(1|4, image.Pt(300, 100)))
				d.busy(110 * ms)
				d.stands(300 * ms)
			}, end, false,
		},
		"nor does another person": {
			func(d *desk) {
				begun(d)
				d.bring(d.other.Point(1, image.Pt(5, 5)))
				d.busy(100 * ms)
				d.bring(d.other.Point(0, image.Pt(5, 5)))
				d.busy(110 * ms)
				d.stands(300 * ms)
			}, end, false,
		},
		"a release far from the press ends a drag": {
			func(d *desk) { d.busy(110 * ms); d.stands(300 * ms) }, end, false,
		},
		"so does a release that comes with a press": {
			func(d *desk) { begun(d); d.busy(10 * ms); d.stands(300 * ms) },
			func(d *desk) bool { return d.bring(d.one.Point(4, image.Pt(300, 100))) }, false,
		},
		"a machine that had nothing to do was not short of time": {
			func(d *desk) { d.busy(20 * ms); d.idle(10 * time.Second); d.busy(4 * ms) },
			func(d *desk) bool { return d.drag(200) }, true,
		},
		"a machine whose clock goes on while it waits for what nobody sees has had no time": {
			func(d *desk) {
				d.stands(300 * ms)
				d.drag(200)
				d.later(2*dragPatience, 2*dragPatience, time.Second, 0)
				d.now.Slept = 0
			}, func(d *desk) bool { return d.pop() }, false,
		},
		"a host that gave most of the time does not count as slow": {
			func(d *desk) { d.busy(70 * ms); d.denied(30 * ms) },
			func(d *desk) bool { return d.drag(200) }, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.press()
			tt.before(d)
			if in := tt.last(d); in != tt.in {
				t.Errorf("it goes in: %v, want %v", in, tt.in)
			}
		})
	}
}

// What a guest has not done yet when a drag begins delays the drag as well.
func TestADragWaitsForWhatTheGuestHasToDoSinceBefore(t *testing.T) {
	for name, tt := range map[string]struct {
		before func(*desk)
		in     bool
	}{
		"the machine stood still, and works":                     {func(d *desk) { d.stands(300 * ms); d.busy(200 * ms) }, false},
		"the host gave it no time, and it works":                 {func(d *desk) { d.denied(300 * ms); d.busy(200 * ms) }, false},
		"the machine stood still, worked, and has nothing to do": {func(d *desk) { d.stands(300 * ms); d.busy(200 * ms); d.idle(10 * ms) }, true},
		"it stood still so long ago that it does not count":      {func(d *desk) { d.stands(300 * ms); d.pop(); d.busy(dragPatience) }, true},
		"it has always worked, and never stood still":            {func(d *desk) { d.busy(time.Minute) }, true},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.q.look(d.now)
			tt.before(d)
			d.press()
			d.busy(100 * ms)
			if in := d.drag(200); in != tt.in {
				t.Errorf("a move goes in: %v, want %v", in, tt.in)
			}
			if d.idle(100 * ms); !d.pop() {
				t.Error("it waits on a guest that has nothing to do")
			}
		})
	}
}

func TestADragWaitsUntilQEMUHasTakenWhatWentBefore(t *testing.T) {
	for name, pass := range map[string]func(*desk, time.Duration){
		"the processor has heard of nothing": (*desk).idle,
		"it works on something else":         (*desk).busy,
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.q.asks = true
			d.press()
			pass(d, 100*ms) // the host does not let the threads of QEMU run that take input
			if d.drag(200) {
				t.Error("a move goes in before QEMU is known to have taken the press")
			}
			d.q.Reached(d.now.Wall, d.now)
			d.idle(200 * ms)
			if !d.pop() {
				t.Error("the move still waits on a machine that rests")
			}
			pass(d, 20*ms)
			if !d.drag(210) {
				t.Error("a move waits though QEMU has hardly had the time to take the one before")
			}
			pass(d, 100*ms)
			if d.bring(d.one.Point(0, image.Pt(210, 100))) {
				t.Error("the release goes in before QEMU is known to have taken the move")
			}
		})
	}
}

// On a machine that has all the time that it wants, however often the pointer moves, a drag does not wait.
func TestADragDoesNotWaitForAMachineThatIsQuick(t *testing.T) {
	for _, every := range []time.Duration{8 * ms, 16 * ms, 30 * ms} {
		t.Run(fmt.Sprintf("it works all the time, a move every %v", every), func(t *testing.T) {
			d := newDesk(t)
			d.press()
			for i := range 13 { // more do not fit into the device before the first has been read
				if d.busy(every); !d.drag(120 + 5*i) {
					t.Fatalf("move %d waits", i)
				}
			}
		})
	}
	const frame = 16667 * time.Microsecond
	for _, tt := range []struct{ busy, every time.Duration }{{5 * ms, 17 * ms}, {8 * ms, 17 * ms}, {5 * ms, 40 * ms}} {
		t.Run(fmt.Sprintf("it draws for %v of each picture, a move every %v", tt.busy, tt.every), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				phase := func() time.Duration { return time.Since(began) % frame }
				in := running(t, Guest{
					Now: func() Time {
						gone := time.Since(began)
						return Time{Wall: time.Now(), Passed: gone, Worked: gone/frame*tt.busy + min(phase(), tt.busy), Idle: phase() >= tt.busy}
					},
					Rests: func(context.Context) bool {
						time.Sleep(ms / 2)
						if phase() < tt.busy || phase() > frame-3*ms {
							return false
						}
						time.Sleep(2 * ms)
						return true
					},
					Flush: func(context.Context) bool { time.Sleep(ms / 2); return true },
				})
				time.Sleep(time.Hour)
				w := NewWants(Virtio, stays)
				do := func(wait time.Duration, d Deed) {
					time.Sleep(wait)
					d.Do = func() bool { return true }
					in.Pass(d)
				}
				do(0, w.Point(1, image.Pt(100, 100)))
				time.Sleep(150 * ms)
				for i := range 300 {
					do(tt.every, w.Point(1, image.Pt(120+3*i, 100+i*i%7)))
				}
				do(50*ms, w.Point(0, image.Pt(1020, 100)))
				time.Sleep(time.Second)
				if c := in.Counts(); c.Delivered != 302 || c.Delayed > 0 {
					t.Errorf("of 302 inputs %d went in; %d wait, %v at most", c.Delivered, c.Delayed, c.Longest)
				}
			})
		})
	}
}

// A guest that is never seen to rest delays a drag once.
func TestNobodyWaitsForEverForADrag(t *testing.T) {
	for name, tt := range map[string]struct {
		asks, works bool
		step        func(*desk)
		most        time.Duration // in steps of the machine's clock
	}{
		"the host gives it two fifths of a processor": {false, false, func(d *desk) { d.later(5*ms, 5*ms, 2*ms, 3*ms) }, 3 * dragPatience},
		"it has little to do, and is never quiet":     {false, true, func(d *desk) { d.later(5*ms, 5*ms, ms, 0); d.now.Idle = true }, dragPatience + time.Second},
		"nobody finds out what QEMU has taken":        {true, false, func(d *desk) { d.busy(5 * ms) }, dragPatience + time.Second},
		"it waits for what nobody sees for most of the time": {false, false, func(d *desk) {
			d.later(5*ms, 5*ms, ms/10, ms)
			d.now.Slept = 0
		}, 3 * mostTime},
		"it stands still for half of the time, and is busy": {false, false, func(d *desk) { d.later(5*ms, 5*ms/2, 5*ms/2, 0) }, 3 * dragPatience},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.q.asks, d.q.works = tt.asks, func() bool { return tt.works }
			steps := func(n int) {
				for range n {
					tt.step(d)
					d.pop()
				}
			}
			d.press()
			d.denied(100 * ms)
			d.stands(100 * ms)
			for i := range 60 { // one second
				steps(3)
				d.drag(120 + 5*i)
			}
			d.bring(d.one.Point(0, image.Pt(415, 100)))
			d.bring(d.other.Key(1, true)) // somebody else types a letter
			took := time.Duration(0)
			for ; d.q.Waiting() > 0 && took < time.Hour; took += 5 * ms {
				steps(1)
			}
			if took > tt.most {
				t.Errorf("the letter of another person waits %v behind a drag of one second", took)
			}
		})
	}
}

// However long a machine stands still, little of what moves a pointer waits.
func TestFewMovesWait(t *testing.T) {
	for name, tt := range map[string]struct {
		buttons uint16
		between func(d *desk, i int)
		most    int
	}{
		"a drag":                                 {1, func(*desk, int) {}, dragMoves},
		"a drag with a key that is held":         {1, func(d *desk, _ int) { d.bring(d.one.Key(3, true)) }, dragMoves},
		"a drag while somebody else looks about": {1, func(d *desk, i int) { d.bring(d.other.Point(0, image.Pt(i, i))) }, dragMoves + 1},
		"two people who look about":              {0, func(d *desk, i int) { d.bring(d.other.Point(0, image.Pt(i, i))) }, 2},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.bring(d.one.Key(3, true))
			d.idle(time.Second)
			d.bring(d.one.Point(tt.buttons, image.Pt(100, 100)))
			for key := range uint32(20) {
				d.bring(d.one.Key(10+key, true)) // the queue fills
			}
			for i := range 1000 {
				d.stands(16 * ms)
				d.drag(120 + i)
				tt.between(d, i)
			}
			moves := 0
			for _, is := range d.q.Drain() {
				if is.moves() {
					moves++
				}
			}
			if moves > tt.most {
				t.Errorf("%d moves wait, want %d at most", moves, tt.most)
			}
		})
	}
}

// A machine that stands still and, when it does not, has to wait for its processor still has some time of its own.
func TestADragGoesInOnAMachineThatStandsStillAndIsDenied(t *testing.T) {
	d := newDesk(t)
	d.press()
	d.denied(100 * ms)
	d.stands(100 * ms)
	d.drag(200)
	took := time.Duration(0)
	for ; !d.pop() && took < time.Hour; took += 5 * ms {
		d.later(5*ms, ms, ms, 2*ms)
	}
	if took > time.Minute { // in which the processor works for twelve seconds
		t.Errorf("the drag waits for %v", took)
	}
}

// A click that has waited for a Shift that the Inlet had lifted goes in after it, and not in the same moment.
func TestAClickComesAfterTheShiftThatWasPressedForIt(t *testing.T) {
	d := newDesk(t)
	var shift, click Time
	pop := func() {
		for is, ok := d.q.Pop(d.now); ok; is, ok = d.q.Pop(d.now) {
			if is.Device == Pointer {
				click = d.now
			} else if is.Down {
				shift = d.now
			}
		}
	}
	key := d.one.Key(3, true)
	key.Again = func(bool) bool { return true }
	d.q.Push(d.now.Wall, key)
	for range 500 { // the guest reads nothing, and Shift is lifted
		pop()
		d.stands(4 * ms)
	}
	d.q.Push(d.now.Wall, d.one.Point(1, image.Pt(1, 1)))
	for range 1500 {
		d.later(4*ms, 4*ms, 4*ms/10, 0)
		pop()
	}
	if click == (Time{}) || click.had(shift) < keyBeat-beatSlack {
		t.Errorf("the click went in at %v, and Shift at %v", click.Passed, shift.Passed)
	}
}

func TestAFullQueueTakesADragThatGrowsNoLonger(t *testing.T) {
	d := newDesk(t)
	d.stands(time.Second)
	d.bring(d.one.Point(1, image.Point{}))
	for key := range uint32(mostWaiting - dragMoves) {
		d.q.Push(d.now.Wall, d.other.Key(100+key, true))
	}
	for i := range 40 {
		if d.drag(i) && i > dragMoves {
			t.Fatal("nothing waits: this shows nothing")
		}
	}
	if _, ok := d.q.Push(d.now.Wall, d.other.Key(1, true)); ok {
		t.Error("it takes whatever comes")
	}
}

// While somebody holds Shift, their keyboard repeats it. That does nothing, so it delays nothing.
func TestARepeatOfShiftDelaysNothing(t *testing.T) {
	d := newDesk(t)
	d.bring(d.one.Key(3, true))
	d.busy(time.Second)
	if !d.bring(d.one.Key(3, true)) || !d.bring(d.one.Point(1, image.Pt(1, 1))) {
		t.Error("a click right after the repeat waits")
	}
	d.busy(10 * ms)
	d.stands(50 * ms)
	d.bring(d.one.Key(3, true))
	d.busy(100 * ms)
	if !d.bring(d.one.Point(0, image.Pt(1, 1))) {
		t.Error("the end of the click waits for a repeat")
	}
}

// What is dragged while Shift is held is dragged with Shift, also after the Inlet had to lift it.
func TestADragWaitsForTheShiftThatWasLifted(t *testing.T) {
	d := newDesk(t)
	key := d.one.Key(3, true)
	key.Again = func(bool) bool { return true }
	d.bring(key)
	d.busy(100 * ms)
	d.press()
	for range 500 { // the guest reads nothing
		d.stands(4 * ms)
		d.pop()
	}
	if !d.q.held.lifted {
		t.Fatal("Shift was not lifted: this shows nothing")
	}
	if d.drag(300) {
		t.Error("the drag goes in at once")
	}
	d.idle(100 * ms)
	if d.pop() || !d.q.held.lifted {
		t.Error("the drag goes in without Shift")
	}
	d.q.Taken(d.now)
	d.pop()
	d.idle(100 * ms)
	if !d.pop() || d.q.held.lifted {
		t.Error("the drag still waits")
	}
}
