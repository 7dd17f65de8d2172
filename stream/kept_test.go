package stream_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"vmstudy/stream"
	"vmstudy/stream/cache"
	"vmstudy/stream/forecast"
	"vmstudy/stream/plan"
	"vmstudy/stream/streamtest"
	"vmstudy/stream/wire"
)

func openCache(t *testing.T, dir string) *cache.Cache {
	t.Helper()
	c, err := cache.Open(cache.Config{Dir: dir, Limit: 64 * mib})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// warm opens a stream with a cache, reads a part of its first image and closes both.
func warm(t *testing.T, dial stream.Dial, dir string, want []byte) plan.Stats {
	t.Helper()
	c := openCache(t, dir)
	near, err := stream.Open(t.Context(), dial, stream.Options{Cache: c, Strategy: forecast.Order, Traces: []forecast.Trace{wholeTrace(mib / 4)}, Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(io.NewSectionReader(near.Images()[0], 0, int64(len(want))))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("reading: %v, equal %v", err, bytes.Equal(got, want))
	}
	device, err := near.Fetch(t.Context(), near.Images()[1], func(stream.Buffering) {})
	if err != nil || !bytes.Equal(device, streamtest.Pages(2, mib)) {
		t.Errorf("fetching the second image: %v, or other bytes", err)
	}
	if err := near.Loaded(t.Context(), mib); err != nil {
		t.Error(err)
	}
	stats := near.Stats()
	if err := near.Close(); err != nil {
		t.Error(err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	return stats
}

func TestWhatACacheHoldsIsNotAskedForAgain(t *testing.T) {
	memory, dir := streamtest.Pages(1, 3*mib), t.TempDir()
	dial := streamtest.Origin(t, streamtest.Source("memory", memory), streamtest.Source("device", streamtest.Pages(2, mib)))
	first := warm(t, dial, dir, memory[:2*mib])
	if first.Kept != 0 || first.Saved != 0 || first.Demanded+first.Ahead == 0 {
		t.Errorf("with an empty cache: %+v", first)
	}
	second := warm(t, dial, dir, memory[:2*mib])
	filled := 0
	for at := 0; at < 2*mib; at += wire.ChunkSize {
		if !bytes.Equal(memory[at:at+wire.ChunkSize], make([]byte, wire.ChunkSize)) {
			filled++
		}
	}
	if second.Kept < filled || second.Restored < filled {
		t.Errorf("%d chunks kept and %d restored, want the %d that hold anything", second.Kept, second.Restored, filled)
	}
	// The cache does not keep chunks of zeros, so each of them takes a bit of an answer again.
	if second.WireBytes > first.WireBytes/50 || second.Saved < first.WireBytes*7/10 || second.Saved > first.WireBytes {
		t.Errorf("%d bytes came and %d were saved, of %d the first time", second.WireBytes, second.Saved, first.WireBytes)
	}
	third := warm(t, dial, dir, memory)
	if came := third.Demanded + third.Ahead; came == 0 || third.Restored < filled {
		t.Errorf("%d chunks came and %d were restored, want those that nobody had read before, and the others", came, third.Restored)
	}
}

func TestAChunkThatTheCacheHasLostIsAskedFor(t *testing.T) {
	memory, dir := streamtest.Pages(1, 2*mib), t.TempDir()
	dial := streamtest.Origin(t, streamtest.Source("memory", memory), streamtest.Source("device", streamtest.Pages(2, mib)))
	warm(t, dial, dir, memory)
	files, err := filepath.Glob(filepath.Join(dir, "segments", "*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("segments %v, %v", files, err)
	}
	b, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for at := 100_000; at < len(b); at += 10_000 {
		b[at] ^= 1
	}
	if err := os.WriteFile(files[0], b, 0o600); err != nil {
		t.Fatal(err)
	}
	s := warm(t, dial, dir, memory)
	if s.Restored == 0 || s.Demanded == 0 {
		t.Errorf("stats %+v, want some chunks restored and the damaged ones asked for", s)
	}
}
