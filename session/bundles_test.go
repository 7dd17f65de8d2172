package session

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"vmstudy/stream"
	"vmstudy/stream/forecast"
	"vmstudy/stream/plan"
	"vmstudy/stream/streamtest"
	"vmstudy/stream/wire"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/vmhost"
)

// smallAppliance returns an appliance of one megabyte with two tasks, of which one has a rehearsal.
func smallAppliance(t *testing.T) vmhost.Appliance {
	t.Helper()
	studytest.Need(t, "zstd")
	app := vmhost.Appliance{Dir: t.TempDir(), Name: "small", Tasks: []study.Task{{ID: "type"}, {ID: "paint"}}}
	files := app.LocalFiles()
	for i, path := range []string{files.Memory, files.Disk, files.Device} {
		if err := os.WriteFile(path, streamtest.Pages(uint64(i), 1<<20), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	trace := forecast.Trace{Content: app.Content()}
	for i := range uint32(200) {
		trace.Accesses = append(trace.Accesses, forecast.Access{Chunk: wire.Chunk{Index: i}})
	}
	if err := keepRehearsals(app.Dir, map[string]forecast.Trace{"type": trace}); err != nil {
		t.Fatal(err)
	}
	return app
}

// chunksAhead returns how many chunks a stream of a task by a strategy fetches before they are asked for, and how
// many bytes that takes.
func chunksAhead(t *testing.T, app vmhost.Appliance, task study.TaskID, strategy study.Strategy) (chunks int, wire int64) {
	t.Helper()
	var stats plan.Stats
	err := withOrigin(app, func(origin *stream.Origin) error {
		bundle := bundleName(task, strategy)
		if offered, err := offerBundle(origin, app.Dir, bundle); err != nil || !offered {
			bundle = ""
			if err != nil {
				return err
			}
		}
		traces, err := readTraces(app.Dir, task)
		if err != nil {
			return err
		}
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		ctx, cancel := context.WithCancel(t.Context())
		var serving sync.WaitGroup
		defer serving.Wait()
		defer cancel()
		serving.Go(func() { _ = origin.Serve(ctx, l) })
		near, err := stream.Open(ctx, func(ctx context.Context) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
		}, stream.Options{Strategy: strategy, Traces: traces, Bundle: bundle, Dir: t.TempDir()})
		if err != nil {
			return err
		}
		err = near.Loaded(ctx, 1<<20)
		stats = near.Stats()
		return errors.Join(err, near.Close())
	})
	if err != nil {
		t.Fatal(err)
	}
	return stats.Ahead, stats.WireBytes
}

func TestATaskThatWasRehearsedBeginsWithABundleAndAnyOtherBeginsToo(t *testing.T) {
	app := smallAppliance(t)
	_, without := chunksAhead(t, app, "type", study.BestStrategy)
	if err := PackBundles(t.Context(), app, []study.Strategy{study.BestStrategy}, func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	chunks, with := chunksAhead(t, app, "type", study.BestStrategy)
	if chunks == 0 || with >= without {
		t.Errorf("%d chunks in %d bytes with a bundle, %d bytes without; want fewer", chunks, with, without)
	}
	if chunks, _ := chunksAhead(t, app, "unknown", study.BestStrategy); chunks == 0 {
		t.Error("a task without a bundle brings nothing ahead")
	}
}

// A comparison of strategies is fair only if each may begin with what it knows beforehand, packed as hard.
func TestEveryStrategyThatKnowsWhatItBringsMayBeginWithABundle(t *testing.T) {
	app := smallAppliance(t)
	without := map[study.Strategy]int64{}
	for _, s := range study.Strategies() {
		_, without[s] = chunksAhead(t, app, "type", s)
	}
	if err := PackBundles(t.Context(), app, study.Strategies(), func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	for _, s := range study.Strategies() {
		_, with := chunksAhead(t, app, "type", s)
		if s != study.NoStrategy && with >= without[s] {
			t.Errorf("%s: %d bytes with bundles, %d without", s, with, without[s])
		}
	}
	if err := PackBundles(t.Context(), app, []study.Strategy{study.BestStrategy}, func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(bundleFile(app.Dir, bundleName("type", study.OrderStrategy))); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a bundle that may be of earlier rehearsals is still there: %v", err)
	}
}

func TestABundleThatCannotBeUsedHindersNobody(t *testing.T) {
	app := smallAppliance(t)
	if err := PackBundles(t.Context(), app, []study.Strategy{study.BestStrategy}, func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	path := bundleFile(app.Dir, "type")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"cut short":          whole[:len(whole)/2],
		"of nothing":         nil,
		"of something else":  []byte("vmstudy trace 2\n"),
		"with a changed bit": append(append([]byte{}, whole[:len(whole)-9]...), append([]byte{whole[len(whole)-9] ^ 4}, whole[len(whole)-8:]...)...),
	} {
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		if chunks, _ := chunksAhead(t, app, "type", study.BestStrategy); chunks == 0 {
			t.Errorf("a bundle %s: nothing is brought ahead", name)
		}
	}
	if err := os.Remove(filepath.Join(app.Dir, bundlesDir, "paint"+bundleEnding)); err != nil {
		t.Errorf("the task that nobody rehearsed has no bundle of its own: %v", err)
	}
}
