package inlet

import (
	"context"
	"fmt"
	"image"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// running returns an Inlet whose Run runs until the test ends.
func running(t *testing.T, g Guest) *Inlet {
	in := New(Virtio, g)
	ctx, cancel := context.WithCancel(t.Context())
	var wait sync.WaitGroup
	wait.Go(func() { in.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		wait.Wait()
	})
	return in
}

// diary records inputs and their times.
type diary struct {
	mu    sync.Mutex
	began time.Time
	lines []string
}

func (d *diary) deed(name string, is Deed) Deed {
	is.Do = func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.lines = append(d.lines, fmt.Sprintf("%s at %v", name, time.Since(d.began).Round(time.Millisecond)))
		return true
	}
	return is
}

func (d *diary) read() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.lines)
}

func TestWhatWaitedKeepsItsOrderAndItsDistances(t *testing.T) {
	key := func(w *Wants) Deed { return w.Key(1, len(w.keys) == 0) }
	button := func(w *Wants) Deed { return w.Point(w.buttons^1, image.Point{}) }
	move := func(w *Wants) Deed { return w.Point(w.buttons, image.Point{}) }
	nothing := func(w *Wants) Deed { return Deed{Hand: w} } // as a sign that the guest's keyboard does not have
	for name, tt := range map[string]struct {
		every time.Duration
		does  []func(*Wants) Deed
		want  []string // with the time since the first input, exact to a tick
	}{
		"keys in haste keep their haste":   {5 * time.Millisecond, []func(*Wants) Deed{key, key, key}, []string{"0 at 0s", "1 at 4ms", "2 at 8ms"}},
		"slow keys come 20 ms apart":       {time.Second, []func(*Wants) Deed{key, key, key}, []string{"0 at 0s", "1 at 20ms", "2 at 40ms"}},
		"two clicks stay two clicks":       {time.Second, []func(*Wants) Deed{button, button, move, button, button}, []string{"0 at 0s", "1 at 100ms", "2 at 200ms", "3 at 504ms", "4 at 604ms"}},
		"a double click stays one":         {100 * time.Millisecond, []func(*Wants) Deed{button, button, button, button}, []string{"0 at 0s", "1 at 100ms", "2 at 200ms", "3 at 300ms"}},
		"a slow click takes 100 ms":        {time.Second, []func(*Wants) Deed{button, button}, []string{"0 at 0s", "1 at 100ms"}},
		"of moves only the last is left":   {time.Second, []func(*Wants) Deed{move, move, move}, []string{"2 at 0s"}},
		"a drag is told from a click":      {5 * time.Millisecond, []func(*Wants) Deed{button, move, move, button}, []string{"0 at 0s", "1 at 4ms", "2 at 8ms", "3 at 12ms"}},
		"a slow drag moves every 20 ms":    {time.Second, []func(*Wants) Deed{button, move, move, button}, []string{"0 at 0s", "1 at 100ms", "2 at 120ms", "3 at 220ms"}},
		"a click with nothing in between":  {80 * time.Millisecond, []func(*Wants) Deed{button, nothing, button}, []string{"0 at 0s", "1 at 0s", "2 at 100ms"}},
		"a click and a key at once do not": {0, []func(*Wants) Deed{button, key}, []string{"0 at 0s", "1 at 20ms"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				in, w := running(t, wall()), NewWants(Virtio, stays)
				d := &diary{}
				in.Close()
				for i, does := range tt.does {
					in.Pass(d.deed(fmt.Sprint(i), does(w)))
					time.Sleep(tt.every)
				}
				d.began = time.Now()
				in.Open()
				time.Sleep(5 * time.Second)
				if diff := cmp.Diff(tt.want, d.read()); diff != "" {
					t.Errorf("done (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestAGuestThatIsKnownToHaveReadGetsMoreAtOnce(t *testing.T) {
	for name, tt := range map[string]struct {
		rests func(context.Context) bool
		least int64 // the least number of delayed inputs, of 200 keys 10 ms apart
		most  int64
	}{
		"it is seen to rest":             {func(context.Context) bool { time.Sleep(2 * time.Millisecond); return true }, 0, 0},
		"it never rests":                 {func(context.Context) bool { time.Sleep(2 * time.Millisecond); return false }, 100, 400},
		"nobody can see whether it does": {nil, 100, 400},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := wall()
				g.Rests = tt.rests
				in, w, d := running(t, g), NewWants(Virtio, stays), &diary{}
				for range 200 {
					for _, down := range []bool{true, false} {
						in.Pass(d.deed("key", w.Key(1, down)))
						time.Sleep(5 * time.Millisecond)
					}
				}
				time.Sleep(time.Minute)
				c := in.Counts()
				if c.Brought != 400 || c.Delivered != 400 || c.Delayed < tt.least || c.Delayed > tt.most {
					t.Errorf("%+v; want 400 delivered, and %d to %d of them delayed", c, tt.least, tt.most)
				}
			})
		})
	}
}

func TestWhatWaitsAtTheEndIsToldToBeLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, w := New(Virtio, wall()), NewWants(Virtio, stays)
		ctx, cancel := context.WithCancel(t.Context())
		var wait sync.WaitGroup
		wait.Go(func() { in.Run(ctx) })
		var fates []Fate
		tell := func(d Deed) Deed {
			d.Do, d.Told = func() bool { return true }, func(f Fate) { fates = append(fates, f) }
			return d
		}
		in.Pass(tell(w.Key(1, true)))
		in.Close()
		in.Pass(tell(w.Key(1, false)))
		in.Pass(tell(w.Point(0, image.Point{})))
		in.Pass(tell(w.Point(0, image.Point{})))
		cancel()
		wait.Wait()
		if in.Pass(tell(w.Key(2, true))) {
			t.Error("it takes what comes after its end")
		}
		want := []Fate{{}, {Passed: true}, {Lost: true}, {Lost: true}, {Lost: true}}
		if diff := cmp.Diff(want, fates); diff != "" {
			t.Errorf("fates (-want +got):\n%s", diff)
		}
		if c := in.Counts(); c.Brought != c.Delivered+c.Passed+c.Lost || c.Lost != 3 {
			t.Errorf("the counts do not add up: %+v", c)
		}
	})
}

func TestAnInletHasRoomForAPersonAndAnEnd(t *testing.T) {
	in, w := New(Virtio, wall()), NewWants(Virtio, stays)
	in.Close()
	nothing := func() bool { return true }
	for i := range mostWaiting {
		d := w.Key(uint32(i), true)
		if d.Do = nothing; !in.Pass(d) {
			t.Fatal("no room")
		}
	}
	d := w.Key(1, false)
	if d.Do = nothing; in.Pass(d) {
		t.Error("it takes whatever comes")
	}
	if d.Must = true; !in.Pass(d) {
		t.Error("who leaves cannot let go")
	}
}

// A machine that goes on elsewhere has clocks of its own, which begin anew. Inputs go in as if it had only been held.
func TestInputsKeepTheirDistancesWhenTheMachineGoesOnElsewhere(t *testing.T) {
	worked := func(since time.Time) Guest {
		return Guest{Now: func() Time { return Time{Wall: time.Now(), Passed: time.Since(since), Worked: time.Since(since) / 2} }}
	}
	done := func(t *testing.T, follow func(*Inlet)) (lines []string) {
		synctest.Test(t, func(t *testing.T) {
			in, w := running(t, worked(time.Now())), NewWants(Virtio, stays)
			d := &diary{began: time.Now()}
			time.Sleep(10 * time.Second)
			in.Pass(d.deed("down", w.Key(1, true)))
			in.Close()
			in.Pass(d.deed("up", w.Key(1, false)))
			in.Pass(d.deed("click", w.Point(1, image.Point{})))
			time.Sleep(time.Second)
			follow(in)
			time.Sleep(time.Second)
			in.Open()
			time.Sleep(time.Minute)
			lines = d.read()
		})
		return lines
	}
	want := done(t, func(*Inlet) {})
	if len(want) != 3 {
		t.Fatalf("without a move: %q", want)
	}
	for name, began := range map[string]time.Duration{"its clocks begin anew": 0, "its clocks are far ahead": -time.Hour} {
		got := done(t, func(in *Inlet) { in.Follow(worked(time.Now().Add(began))) })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: done (-held +moved):\n%s", name, diff)
		}
	}
}

// What waits while a machine is held, or goes on elsewhere, goes in soon after.
func TestADragThatIsHeldGoesInSoonAfter(t *testing.T) {
	for name, tt := range map[string]struct {
		held time.Duration
		dead bool // the machine has gone, and another follows
	}{
		"for a second":    {time.Second, false},
		"for ten minutes": {10 * time.Minute, false},
		"while its machine dies, and one follows": {time.Second, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				var stood atomic.Int64 // ns
				var gone atomic.Bool
				never := func(context.Context) bool { return false }
				always := func(context.Context) bool { return true }
				in := running(t, Guest{Rests: never, Flush: always, Now: func() Time { // it works all the time, except while it is held
					now := Time{Wall: time.Now(), Passed: time.Since(began), Worked: time.Since(began) - time.Duration(stood.Load())}
					if gone.Load() { // nothing in /proc tells of it any more
						now.Worked = -1
					}
					return now
				}})
				time.Sleep(time.Hour)
				w := NewWants(Virtio, stays)
				do := func(d Deed) {
					d.Do = func() bool { return true }
					in.Pass(d)
				}
				do(w.Point(1, image.Pt(100, 100)))
				time.Sleep(100 * ms)
				do(w.Point(1, image.Pt(200, 100)))
				time.Sleep(50 * ms)
				in.Close()
				at := time.Now()
				time.Sleep(tt.held)
				do(w.Point(0, image.Pt(200, 100)))
				do(w.Key(1, true))
				time.Sleep(20 * ms)
				if stood.Store(int64(time.Since(at))); tt.dead {
					gone.Store(true)
					second := time.Now()
					in.Follow(Guest{Rests: never, Flush: always, Now: func() Time {
						return Time{Wall: time.Now(), Passed: time.Since(second), Worked: time.Since(second)}
					}})
				}
				in.Open()
				opened := time.Now()
				for in.Counts().Waiting > 0 && time.Since(opened) < time.Hour {
					time.Sleep(ms)
				}
				if late := time.Since(opened); late > 2*dragPatience {
					t.Errorf("the drag and a key have gone in %v after the machine went on", late)
				}
			})
		})
	}
}

// What a processor sleeps while its machine is held is no time that the guest has had.
func TestSleepOfAMachineThatIsHeldDoesNotCount(t *testing.T) {
	gone := time.Hour
	in := New(Virtio, Guest{Now: func() Time { return Time{Wall: time.Unix(1000, 0).Add(gone), Passed: gone, Slept: gone, Idle: true} }})
	before := in.now()
	in.Close()
	gone += 10 * time.Minute
	held := in.now()
	in.Open()
	if after := in.now(); held.enough(before, time.Second) || after.enough(before, time.Second) {
		t.Errorf("it slept %v while it was held, and %v after", held.Slept-before.Slept, after.Slept-before.Slept)
	}
}

// The processor of a machine that is held sleeps, but not because the guest has nothing to do.
func TestAMachineThatIsHeldDoesNotRest(t *testing.T) {
	for _, held := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			var stands atomic.Pointer[time.Time] // since when it is held
			var off atomic.Int64                 // ns for which it was held before
			var in *Inlet
			asked := 0
			in = running(t, Guest{
				Now: func() Time { // the host gives it a quarter of its time
					ran := time.Since(began) - time.Duration(off.Load())
					if since := stands.Load(); since != nil {
						ran -= time.Since(*since)
					}
					return Time{Wall: time.Now(), Passed: time.Since(began), Worked: ran / 4, Denied: ran - ran/4}
				},
				Rests: func(context.Context) bool {
					asked++
					if asked > 1 || !held {
						return false
					}
					in.Close() // just before the processor is looked at
					now := time.Now()
					stands.Store(&now)
					time.Sleep(2 * ms)
					return true
				},
			})
			time.Sleep(time.Hour)
			w := NewWants(Virtio, stays)
			do := func(d Deed) {
				d.Do = func() bool { return true }
				in.Pass(d)
			}
			do(w.Point(1, image.Pt(100, 100)))
			time.Sleep(100 * ms)
			do(w.Point(1, image.Pt(200, 100)))
			if held {
				time.Sleep(10 * time.Second)
				off.Add(int64(time.Since(*stands.Swap(nil))))
				in.Open()
			}
			time.Sleep(100 * ms)
			if in.Counts().Waiting == 0 {
				t.Errorf("held: %v: the move has gone in, though the guest has not rested", held)
			}
		})
	}
}

// A click with Shift waits until Shift is down in the guest, and not for ever.
func TestAShiftThatIsHeldDoesNotKeepAClickForEver(t *testing.T) {
	for _, runs := range []time.Duration{5 * ms, 10 * ms, 20 * ms, 30 * ms} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			in := running(t, Guest{Now: func() Time { // it runs for a part of each 40 ms, and never rests
				gone := time.Since(began)
				ran := gone/(40*ms)*runs + min(gone%(40*ms), runs)
				return Time{Wall: time.Now(), Passed: ran, Worked: ran}
			}})
			time.Sleep(time.Hour)
			w, shift := NewWants(Virtio, stays), false
			do := func(d Deed) {
				d.Do = func() bool {
					if d.Device == Pointer && !shift {
						t.Errorf("runs %v: the button changes while Shift is up", runs)
					}
					if d.Device == Keyboard {
						shift = d.Down
					}
					return true
				}
				d.Again = func(down bool) bool { shift = down; return true }
				in.Pass(d)
			}
			do(w.Key(3, true))
			time.Sleep(3 * time.Second)
			do(w.Point(1, image.Pt(100, 100)))
			time.Sleep(ms)
			do(w.Point(0, image.Pt(100, 100)))
			do(w.Key(3, false))
			time.Sleep(2 * time.Minute)
			if c := in.Counts(); c.Waiting > 0 {
				t.Errorf("runs %v of 40 ms: two minutes later %d of 4 inputs still wait", runs, c.Waiting)
			}
		})
	}
}

// What waits goes in when the guest has come to rest. QEMU is asked for it, too, and so what comes next does not wait.
func TestAMoveAfterOneThatWaitedIsNotLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var stood atomic.Int64 // ns
		var idle atomic.Bool
		in := running(t, Guest{
			Now: func() Time {
				gone := time.Since(began) - time.Duration(stood.Load())
				return Time{Wall: time.Now(), Passed: gone, Worked: gone}
			},
			Rests: func(context.Context) bool { time.Sleep(3 * ms); return idle.Load() },
			Flush: func(context.Context) bool { time.Sleep(ms / 2); return true },
		})
		time.Sleep(time.Hour)
		w := NewWants(Virtio, stays)
		var fates []Fate
		do := func(at int, buttons uint16) {
			d := w.Point(buttons, image.Pt(at, 100))
			d.Do, d.Told = func() bool { return true }, func(f Fate) { fates = append(fates, f) }
			in.Pass(d)
		}
		do(100, 1)
		time.Sleep(200 * ms)
		stood.Add(int64(90 * ms))
		do(200, 1)
		idle.Store(true)
		time.Sleep(20 * ms)
		idle.Store(false)
		time.Sleep(100 * ms)
		do(210, 1)
		time.Sleep(5 * time.Second)
		if len(fates) != 3 || fates[1].Delayed == 0 || fates[2].Delayed > 0 {
			t.Errorf("a press, a move on a machine that stood still and one on a machine that is quick: %+v", fates)
		}
	})
}
