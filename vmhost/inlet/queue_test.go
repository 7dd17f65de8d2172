package inlet

import (
	"image"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// ring is a guest's queue of evdev events for one device. most is the largest number of events so far.
type ring struct{ events, most int }

func (r *ring) put(n int) { r.events += n; r.most = max(r.most, r.events) }

// guest is a machine that reads as late as the Queue allows: only when its processor sleeps, or when the input must
// count as read.
type guest struct {
	now   Time
	room  Room
	rings [devices]ring
	loads []load // units are evdev events, and at.Worked is when they came
	of    []Device
	kept  struct { // the key that the guest's kernel repeats
		down bool
		next time.Time
	}
}

// advance lets d pass. passes says that the machine's clock advances, works that its processor works.
func (g *guest) advance(d time.Duration, passes, works bool) {
	for end := g.now.Wall.Add(d); g.now.Wall.Before(end); {
		g.now.Wall = g.now.Wall.Add(time.Millisecond)
		if passes {
			g.now.Passed += time.Millisecond
		}
		if works {
			g.now.Worked += time.Millisecond
		}
		g.now.Idle = passes && !works
		if g.kept.down && !g.now.Wall.Before(g.kept.next) {
			g.take(Keyboard, 2)
			g.kept.next = g.now.Wall.Add(repeatsEvery)
		}
		g.read(func(l load) bool { return g.now.past(l.at) })
	}
}

func (g *guest) take(of Device, events int) {
	g.rings[of].put(events)
	g.loads, g.of = append(g.loads, load{sent{at: g.now}, events}), append(g.of, of)
}

func (g *guest) read(which func(load) bool) {
	for i := 0; i < len(g.loads); {
		if !which(g.loads[i]) {
			i++
			continue
		}
		g.rings[g.of[i]].events -= g.loads[i].units
		g.loads, g.of = slices.Delete(g.loads, i, i+1), slices.Delete(g.of, i, i+1)
	}
}

// do adds the evdev events of d.
func (g *guest) do(d Deed) {
	switch {
	case d.Device == Pointer || !g.room.Repeats:
		g.take(d.Device, d.Units)
	case d.Repeat && g.kept.down: // no change, so no evdev event
	default:
		g.take(Keyboard, 2)
		g.kept.down, g.kept.next = d.Down, g.now.Wall.Add(repeatsAfter)
	}
}

// drawDeed draws a person's next input, with one of three keys or the pointer.
func drawDeed(t *rapid.T, w *Wants) Deed {
	switch rapid.IntRange(0, 3).Draw(t, "does") {
	case 0, 1:
		key := uint32(rapid.IntRange(1, 3).Draw(t, "key"))
		return w.Key(key, !w.keys[key] || rapid.IntRange(0, 3).Draw(t, "repeats") == 0)
	case 2:
		return w.Point(w.buttons, image.Pt(rapid.IntRange(0, 99).Draw(t, "x"), rapid.IntRange(0, 99).Draw(t, "y")))
	}
	return w.Point(w.buttons^1<<rapid.IntRange(0, 2).Draw(t, "button"), image.Point{})
}

// stays says that the third of the keys changes the meaning of others.
func stays(key uint32) bool { return key == 3 }

// trial is a person and a guest with a Queue between them.
type trial struct {
	guest
	queue   *Queue
	wants   *Wants
	most    int          // units that each of the guest's queues has room for
	changes map[int]bool // numbers of Deeds that must not be left out
	brought int
	passed  []int
	done    []int
	last    Deed // the last one that went in
	lastAt  Time // when last went in
}

// newTrial makes a trial with a guest whose queues have the room of r, and where most units really fit in.
func newTrial(r Room, most int) *trial {
	return &trial{
		guest: guest{now: Time{Wall: time.Unix(1000, 0)}, room: r}, most: most,
		queue: NewQueue(r), wants: NewWants(r, stays), changes: map[int]bool{},
	}
}

// guests are the kinds of guests: with virtio devices, whose kernel keeps less than 64 evdev events, and with a PS/2 keyboard and
// mouse, for each of which QEMU keeps 16 bytes.
var guests = map[string]func() *trial{
	"virtio": func() *trial { return newTrial(Virtio, 63) },
	"PS/2":   func() *trial { return newTrial(PS2, 16) },
}

// bring pushes a person's input.
func (x *trial) bring(t *rapid.T, d Deed) {
	id := x.brought
	x.brought++
	x.changes[id] = !d.moves() && !d.Repeat
	put := d
	d.Again = func(down bool) bool {
		g := put
		g.Down, g.Repeat, g.Retype = down, false, false
		x.do(g)
		return true
	}
	d.Do = func() bool {
		x.do(put)
		x.done = append(x.done, id)
		return true
	}
	d.Told = func(Fate) { x.passed = append(x.passed, id) }
	was, ok := x.queue.Push(x.now.Wall, d)
	if !ok {
		t.Fatal("no room for a person")
	}
	if was != nil {
		was.told(Fate{Passed: true})
	}
	x.pop(t)
}

// pop pops the inputs that may go in, and checks their distances.
func (x *trial) pop(t *rapid.T) {
	for {
		d, ok := x.queue.Pop(x.now)
		if !ok {
			break
		}
		before := len(x.done)
		d.do()
		if len(x.done) == before {
			continue // no person made it
		}
		if took := x.now.Passed - x.lastAt.Passed; before > 0 && took < d.distance(x.last) {
			t.Fatalf("%d was done %v after the one before it, want %v at least", x.done[before], took, d.distance(x.last))
		}
		x.last, x.lastAt = d, x.now
	}
	for of, r := range x.rings {
		if r.most > x.most {
			t.Fatalf("device %d had %d units in it, which is more than the %d it keeps", of, r.most, x.most)
		}
	}
}

// pass lets time pass in small steps, as Run does.
func (x *trial) pass(t *rapid.T, d time.Duration, passes, works bool) {
	for range d / tick {
		x.advance(tick, passes, works)
		if passes && !works {
			x.read(func(load) bool { return true })
			x.queue.Taken(x.now)
		}
		x.pop(t)
	}
}

// check checks that every input went in, in order, or was one that may be left out.
func (x *trial) check(t *rapid.T) {
	if n := x.queue.Waiting(); n > 0 || len(x.done)+len(x.passed) != x.brought {
		t.Fatalf("of %d brought, %d were done, %d passed by, and %d wait", x.brought, len(x.done), len(x.passed), n)
	}
	if !slices.IsSorted(x.done) {
		t.Fatalf("done in the order %v", x.done)
	}
	for _, id := range x.passed {
		if x.changes[id] {
			t.Fatalf("%d was left out", id)
		}
	}
}

func TestNoGuestGetsMoreThanItHoldsAndNothingIsLost(t *testing.T) {
	for name, guest := range guests {
		t.Run(name, func(t *testing.T) { rapid.Check(t, func(t *rapid.T) { press(t, guest()) }) })
	}
}

// press does what a person does at a guest that stands still at times, and waits until all of it has gone in.
func press(t *rapid.T, x *trial) {
	upTo := func(t *rapid.T, most int) time.Duration {
		return time.Duration(rapid.IntRange(1, most).Draw(t, "ms")) * ms
	}
	t.Repeat(map[string]func(*rapid.T){
		"do":    func(t *rapid.T) { x.bring(t, drawDeed(t, x.wants)) },
		"hurry": func(t *rapid.T) { x.bring(t, drawDeed(t, x.wants)); x.bring(t, drawDeed(t, x.wants)) },
		"stand": func(t *rapid.T) { x.pass(t, upTo(t, 1200), false, false) },
		"work":  func(t *rapid.T) { x.pass(t, upTo(t, 90), true, true) },
		"sleep": func(t *rapid.T) { x.pass(t, upTo(t, 90), true, false) },
		"type on": func(t *rapid.T) {
			for range rapid.IntRange(1, 40).Draw(t, "keys") {
				x.bring(t, drawDeed(t, x.wants))
				x.pass(t, 40*time.Millisecond, false, false)
			}
		},
	})
	for _, key := range x.wants.Keys() {
		x.bring(t, x.wants.Key(key, false))
	}
	for range 600 { // a minute
		if x.pass(t, 100*time.Millisecond, true, false); x.queue.Waiting() == 0 {
			break
		}
	}
	x.check(t)
}

// On a machine with virtio devices that does not stand still, a person's input never waits, even if the machine is so busy that its
// processor never sleeps.
func TestNobodyWaitsForAMachineThatWorks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := guests["virtio"]()
		for range rapid.IntRange(50, 400).Draw(t, "inputs") {
			x.bring(t, drawDeed(t, x.wants))
			if n := x.queue.Waiting(); n > 0 {
				t.Fatalf("%d wait after %d were done", n, len(x.done))
			}
			x.pass(t, time.Duration(rapid.IntRange(60, 200).Draw(t, "ms"))*time.Millisecond, true, true)
		}
	})
}

// If the guest's processor has had no time, because the host ran something else or it waits for a page, the guest may read a click before an
// earlier key.
func TestAClickWaitsForTheKeyBeforeItWhereTheHostIsBusy(t *testing.T) {
	for name, test := range map[string]struct {
		worked, denied, slept, passed time.Duration
		idle, works                   bool
		in                            bool
	}{
		"the processor had no turn": {0, 30 * ms, 0, 30 * ms, false, false, false},
		"it had a part of one":      {10 * ms, 50 * ms, 0, 60 * ms, false, false, false},
		"it worked":                 {20 * ms, 40 * ms, 0, 60 * ms, false, false, true},
		"it is idle":                {ms, 0, 0, 30 * ms, true, false, true},
		"it is idle, but the disk has something now":                   {ms, 0, 0, 30 * ms, true, true, false},
		"it is idle, but the key is too fresh":                         {ms, 0, 0, 10 * ms, true, false, false},
		"it waits for a page of its memory, of which nobody has heard": {ms, 0, 0, 60 * ms, false, false, false},
		"it works again after such a wait":                             {15 * ms, 0, 0, 60 * ms, false, false, false},
		"it works at something new, after it had nothing to do":        {5 * ms, 0, 20 * ms, 60 * ms, false, false, true},
		"nobody waits for ever":                                        {workedOff, passedOff - workedOff, 0, passedOff, false, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			w, q, now := NewWants(Virtio, stays), NewQueue(Virtio), Time{Wall: time.Unix(1000, 0)}
			q.works = func() bool { return test.works }
			if _, ok := q.Push(now.Wall, w.Key(1, true)); !ok {
				t.Fatal("no room for a key")
			}
			if _, ok := q.Pop(now); !ok {
				t.Fatal("the first key has to wait")
			}
			now = Time{Wall: now.Wall.Add(test.passed), Passed: test.passed, Worked: test.worked, Denied: test.denied, Slept: test.slept, Idle: test.idle}
			if _, ok := q.Push(now.Wall, w.Point(1, image.Point{})); !ok {
				t.Fatal("no room for a click")
			}
			if _, in := q.Pop(now); in != test.in {
				t.Errorf("the click goes in: %v, want %v", in, test.in)
			}
		})
	}
}

// QEMU takes what it was sent only when the host gives it a turn: until then no time counts.
func TestAClickWaitsUntilTheMachineHasTakenTheKeyBeforeIt(t *testing.T) {
	w, q, now := NewWants(Virtio, stays), NewQueue(Virtio), Time{Wall: time.Unix(1000, 0)}
	q.asks = true
	later := func(d time.Duration) { now.Wall, now.Passed, now.Worked = now.Wall.Add(d), now.Passed+d, now.Worked+d }
	wants := func(step string, want bool) {
		t.Helper()
		if _, in := q.Pop(now); in != want {
			t.Errorf("%s: something goes in: %v, want %v", step, in, want)
		}
	}
	q.Push(now.Wall, w.Key(1, true))
	wants("the key", true)
	sent := now.Wall
	later(100 * time.Millisecond)
	q.Push(now.Wall, w.Point(1, image.Point{}))
	wants("the click, as nobody knows of the key", false)
	if !q.Unsure() {
		t.Error("nobody is asked whether the machine has taken the key")
	}
	q.Reached(sent, now)
	wants("the click, as the key has just been taken", false)
	later(20 * time.Millisecond)
	wants("the click, once there was time to read the key", true)
}

// A key whose repeats fill the guest's queue is released. Only one that others depend on is pressed again: a letter would be
// written twice.
func TestALiftedLetterIsNotWrittenAgain(t *testing.T) {
	for name, tt := range map[string]struct {
		key  uint32
		want []string
	}{
		"a letter": {1, []string{"down", "up"}},
		"Shift":    {3, []string{"down", "up", "down"}},
	} {
		t.Run(name, func(t *testing.T) {
			w, q, now := NewWants(Virtio, stays), NewQueue(Virtio), Time{Wall: time.Unix(1000, 0)}
			var did []string
			d := w.Key(tt.key, true)
			d.Do = func() bool { did = append(did, "down"); return true }
			d.Again = func(down bool) bool { did = append(did, map[bool]string{true: "down", false: "up"}[down]); return true }
			q.Push(now.Wall, d)
			pop := func() {
				for d, ok := q.Pop(now); ok; d, ok = q.Pop(now) {
					d.do()
				}
			}
			pop()
			for range 500 { // two seconds in which the guest reads nothing
				now.Wall = now.Wall.Add(tick)
				pop()
			}
			q.Taken(now)
			pop()
			if diff := cmp.Diff(tt.want, did); diff != "" {
				t.Errorf("the key went (-want +got):\n%s", diff)
			}
		})
	}
}
