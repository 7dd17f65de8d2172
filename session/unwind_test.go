package session

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"vmstudy/stream/mount"
	"vmstudy/study"
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
				u.add("link", func(context.Context) error { took = append(took, "link"); return nil })
				u.add("stream", func(context.Context) error { took = append(took, "stream"); close(stream); return nil })
				u.add("machine", func(ctx context.Context) error { return tt.machine(ctx, stream) })
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

// TestAWarningIsOnTheAttemptsRecord notes a warning of a mount.
func TestAWarningIsOnTheAttemptsRecord(t *testing.T) {
	d := newDesktop("x")
	d.warned(Request{Name: "P001-t1-a1"}, &mount.ReadAheadWarning{Dir: "/mnt", Err: errors.New("not root")})
	events := d.Report().Events
	if len(events) != 1 || events[0].Kind != study.MachineWarned || !strings.Contains(events[0].Detail, "reads ahead on /mnt: not root") {
		t.Errorf("events %+v, want one that says what the kernel does", events)
	}
}
