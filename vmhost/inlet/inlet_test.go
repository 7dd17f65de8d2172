package inlet

import (
	"context"
	"fmt"
	"image"
	"slices"
	"sync"
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
