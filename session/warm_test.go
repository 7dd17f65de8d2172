package session_test

import (
	"context"
	"testing"
	"time"

	"vmstudy/session"
	"vmstudy/stream/cache"
	"vmstudy/study"
)

func TestAWarmDesktopIsNotSentWhatAnEarlierOneWas(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	lab := newLab(t)
	kept, err := cache.Open(cache.Config{Dir: t.TempDir(), Limit: 64 << 20})
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	lab.Cache = kept
	app, err := lab.Appliance("")
	if err != nil {
		t.Fatal(err)
	}
	run := func(warm bool) study.DesktopReport {
		t.Helper()
		d, err := lab.Open(ctx, session.Request{
			Appliance: app.Name,
			Condition: study.Condition{Access: study.Access{Method: study.Stream, Warm: warm}, Network: far, Task: app.Tasks[0]},
		}, func(session.Progress) {})
		if err != nil {
			t.Fatal(err)
		}
		if err := look(ctx, t, d, &watcher{}).Close(); err != nil {
			t.Error(err)
		}
		report := d.Report().Desktop
		if err := d.Close(ctx); err != nil {
			t.Errorf("Close: %v", err)
		}
		return report
	}
	first, second, cold := run(true), run(true), run(false)
	if !first.Warm || first.Kept != 0 || first.Restored != 0 {
		t.Errorf("the first warm desktop: %+v, want nothing kept", first)
	}
	if second.Restored == 0 || second.Saved == 0 || second.BytesMoved > first.BytesMoved/2 {
		t.Errorf("the second: %+v, want less than half of the %d bytes of the first, and the rest from the cache", second, first.BytesMoved)
	}
	if cold.Warm || cold.Kept != 0 || cold.BytesMoved < first.BytesMoved*9/10 {
		t.Errorf("a cold one after them: %+v, want all of the %d bytes again", cold, first.BytesMoved)
	}
}
