package session

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"vmstudy/stream"
	"vmstudy/stream/mount"
	"vmstudy/stream/streamtest"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/vmhost"
)

// TestAnEndingIsBounded unwinds a link, a stream and a machine. The machine, which is made last and closed
// first, misbehaves in different ways.
func TestAnEndingIsBounded(t *testing.T) {
	never := make(chan struct{})
	for name, tt := range map[string]struct {
		machine func(ctx context.Context, stream <-chan struct{}) error
		limit   time.Duration // after which the caller's context ends; negative: it has ended before
		takes   time.Duration
		says    string // part of the error; empty for none
	}{
		"all is well":                     {func(context.Context, <-chan struct{}) error { return nil }, time.Minute, 0, ""},
		"it fails":                        {func(context.Context, <-chan struct{}) error { return errors.New("no") }, time.Minute, 0, "closing the machine: no"},
		"it heeds its context":            {func(ctx context.Context, _ <-chan struct{}) error { <-ctx.Done(); return context.Cause(ctx) }, time.Minute, stepLimit, "it took more than 10s"},
		"it waits for what ends later":    {func(_ context.Context, stream <-chan struct{}) error { <-stream; return nil }, time.Minute, stepLimit + stepGrace, "it took more than 10s"},
		"it hangs for ever":               {func(context.Context, <-chan struct{}) error { <-never; return nil }, time.Minute, stepLimit + stepGrace, "it took more than 10s"},
		"it hangs, and time is short":     {func(context.Context, <-chan struct{}) error { <-never; return nil }, time.Second, time.Second + stepGrace, "closing the machine: context deadline"},
		"it hangs, and there is no time":  {func(context.Context, <-chan struct{}) error { <-never; return nil }, -1, stepGrace, "closing the machine: context deadline"},
		"all is well, and no time for it": {func(context.Context, <-chan struct{}) error { return nil }, -1, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				never = make(chan struct{})
				stream := make(chan struct{})
				var took []string
				u := newUnwinding()
				u.add(0, "link", func(context.Context) error { took = append(took, "link"); return nil })
				u.add(0, "stream", func(context.Context) error { took = append(took, "stream"); close(stream); return nil })
				u.add(0, "machine", func(ctx context.Context) error { return tt.machine(ctx, stream) })
				ctx, cancel := context.WithTimeout(t.Context(), tt.limit)
				defer cancel()
				began := time.Now()
				err := u.run(ctx)
				if got := time.Since(began); got != tt.takes {
					t.Errorf("it took %v, want %v", got, tt.takes)
				}
				if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
					t.Errorf("it ended with %v, want %q", err, tt.says)
				}
				<-u.over
				if want := []string{"stream", "link"}; !slices.Equal(took, want) {
					t.Errorf("ended %v, want %v: none is left out", took, want)
				}
				if again := u.run(ctx); (again == nil) != (err == nil) || len(took) != 2 {
					t.Errorf("a second call: %v, and ended %v", again, took)
				}
				close(never)
				synctest.Wait()
			})
		})
	}
}

// readsAhead is a real mount on a kernel that reads ahead.
type readsAhead struct{ *mount.Mount }

func (readsAhead) Warning() error {
	return &mount.ReadAheadWarning{Dir: "/mnt", Err: errors.New("not root")}
}

// TestAWarningOfTheMountIsOnTheAttemptsRecord lets a desktop use a mount with a fault, and the same mount without one.
func TestAWarningOfTheMountIsOnTheAttemptsRecord(t *testing.T) {
	studytest.Need(t, "fuse")
	for name, tt := range map[string]struct {
		as   func(*mount.Mount) mounted
		says []string // what the events of the record tell, each a part of it
	}{
		"a mount as it should be":   {func(m *mount.Mount) mounted { return m }, nil},
		"a kernel that reads ahead": {func(m *mount.Mount) mounted { return readsAhead{m} }, []string{"reads ahead on /mnt: not root"}},
	} {
		t.Run(name, func(t *testing.T) {
			near := streamtest.Open(t, streamtest.Origin(t, streamtest.Source(memoryImage, streamtest.Pages(1, 1<<20))), stream.Options{})
			m, err := mount.At(t.TempDir(), near)
			if err != nil {
				t.Fatal(err)
			}
			o := &opening{request: Request{Name: "P001-t1-a1"}, near: near, desktop: newDesktop(vmhost.Appliance{}, func(Progress) {})}
			o.use(tt.as(m))
			events := o.desktop.Report().Events
			if len(events) != len(tt.says) {
				t.Fatalf("events %+v, want %d", events, len(tt.says))
			}
			for i, say := range tt.says {
				if events[i].Kind != study.MachineWarned || !strings.Contains(events[i].Detail, say) {
					t.Errorf("event %+v, want one that says what the kernel does", events[i])
				}
			}
			if o.files.Memory != m.Path(memoryImage) {
				t.Errorf("the machine reads %s, want %s", o.files.Memory, m.Path(memoryImage))
			}
			if err := o.desktop.unwinding.run(t.Context()); err != nil {
				t.Error(err)
			}
			if _, err := os.Stat(m.Path(memoryImage)); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("after the end, the image is still mounted: %v", err)
			}
		})
	}
}

// What a machine has left at a host is closed before the rest.
func TestAPartOfADesktopIsClosedBeforeTheOthers(t *testing.T) {
	var took []string
	u := newUnwinding()
	for i, what := range []string{"watchers", "machine", "link", "left", "machine elsewhere"} {
		u.add([]int{0, 1, 0, 2, 3}[i], what, func(context.Context) error {
			took = append(took, what)
			if what == "left" {
				return errors.New("no")
			}
			return nil
		})
	}
	if err := u.part(t.Context(), 1, 2); err == nil || !strings.Contains(err.Error(), "closing the left: no") {
		t.Errorf("the part ended with %v", err)
	}
	if want := []string{"left", "machine"}; !slices.Equal(took, want) {
		t.Errorf("ended %v, want %v", took, want)
	}
	if err := u.run(t.Context()); err != nil {
		t.Error(err)
	}
	if want := []string{"left", "machine", "machine elsewhere", "link", "watchers"}; !slices.Equal(took, want) {
		t.Errorf("ended %v, want %v", took, want)
	}
}
