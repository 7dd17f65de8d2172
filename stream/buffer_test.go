package stream_test

import (
	"bytes"
	"context"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vmstudy/netem/userspace"
	"vmstudy/stream"
	"vmstudy/stream/forecast"
	"vmstudy/stream/streamtest"
	"vmstudy/stream/wire"
	"vmstudy/study"
)

// overLink opens a near end at the other side of a link of 8 Mbps and 80 ms.
func overLink(t *testing.T, o stream.Options, sources ...wire.Source) *stream.Near {
	t.Helper()
	link, err := userspace.New(study.Network{Down: 8 * study.Mbps, Up: 8 * study.Mbps, RTT: 80 * time.Millisecond}, 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = link.Close() })
	l, err := link.ListenFar(7000)
	if err != nil {
		t.Fatal(err)
	}
	streamtest.Serve(t, l, sources...)
	return streamtest.Open(t, func(ctx context.Context) (net.Conn, error) { return link.DialNear(ctx, 7000) }, o)
}

func TestFetchBringsAnImageBeforeWhatIsPlannedAndIsInTheTraceAtOnce(t *testing.T) {
	memory, device := streamtest.Pages(1, mib), streamtest.Pages(2, mib+5)
	near := overLink(t, stream.Options{Strategy: forecast.Order, Traces: []forecast.Trace{wholeTrace(mib)}},
		streamtest.Source("memory", memory), streamtest.Source("device", device))
	told := 0
	got, err := near.Fetch(t.Context(), near.Images()[1], func(stream.Buffering) { told++ })
	if err != nil || !bytes.Equal(got, device) {
		t.Fatalf("Fetch: %v, equal %v", err, bytes.Equal(got, device))
	}
	if told == 0 {
		t.Error("nobody was told how far it was")
	}
	if _, err := near.Fetch(t.Context(), near.Images()[1], func(stream.Buffering) {}); err != nil {
		t.Fatal(err)
	}
	const chunks = mib/wire.ChunkSize + 1
	trace := near.Trace()
	if s := near.Stats(); s.Accessed != chunks || s.Waits != 0 || len(trace.Accesses) != chunks {
		t.Errorf("stats %+v and %d in the trace, want each chunk accessed once, though it was fetched twice", s, len(trace.Accesses))
	}
	for _, a := range trace.Accesses {
		if a.Image != 1 || a.At != 0 {
			t.Fatalf("the trace has %+v, want the device at once", a)
		}
	}
	if err := near.Buffer(t.Context(), func(stream.Buffering) {}); err != nil {
		t.Fatal(err)
	}
	if p := near.Progress(); p.Of == 0 || p.Of > 256 {
		t.Errorf("progress %+v, want the plan of before, begun", p)
	}
}

func TestFetchBringsAnImageWhateverIsPlannedMeanwhile(t *testing.T) {
	for _, strategy := range []forecast.Name{forecast.Best, forecast.InClusters, forecast.Image, forecast.None} {
		t.Run(string(strategy), func(t *testing.T) {
			memory, device := streamtest.Pages(1, 4*mib), streamtest.Pages(2, mib)
			near := overLink(t, stream.Options{Strategy: strategy, Traces: []forecast.Trace{wholeTrace(mib)}},
				streamtest.Source("memory", memory), streamtest.Source("device", device))
			var read sync.Once
			var reading sync.WaitGroup
			got, err := near.Fetch(t.Context(), near.Images()[1], func(b stream.Buffering) {
				if b.Of > 0 && b.Bytes > b.Of {
					t.Errorf("told of %+v", b)
				}
				read.Do(func() { // a reader misses what no trace knows, and then what one does
					reading.Go(func() {
						for _, page := range []int64{700, 100, 900} {
							if _, err := near.Images()[0].ReadAt(make([]byte, 1), page*wire.ChunkSize); err != nil {
								t.Error(err)
							}
						}
					})
				})
			})
			reading.Wait()
			if err != nil || !bytes.Equal(got, device) {
				t.Fatalf("Fetch: %v, equal %v", err, bytes.Equal(got, device))
			}
			if s := near.Stats(); s.Waits == 0 {
				t.Error("the reader has not waited: this test shows nothing")
			}
		})
	}
}

func TestWhoWaitsIsToldTheWholeOrNothing(t *testing.T) {
	near := overLink(t, stream.Options{Strategy: forecast.InClusters, Traces: []forecast.Trace{wholeTrace(4 * mib)}},
		streamtest.Source("memory", streamtest.Pages(1, 4*mib)), streamtest.Source("device", streamtest.Pages(2, mib)))
	var all []stream.Buffering
	tell := func(b stream.Buffering) { all = append(all, b) }
	if _, err := near.Fetch(t.Context(), near.Images()[1], tell); err != nil {
		t.Fatal(err)
	}
	if err := near.Buffer(t.Context(), tell); err != nil {
		t.Fatal(err)
	}
	whole, before, known := near.Stats().WireBytes, int64(0), 0
	for _, b := range all {
		if b.Bytes < before {
			t.Errorf("%d bytes after %d: what had come has gone", b.Bytes, before)
		}
		before = b.Bytes
		if b.Of == 0 {
			continue
		}
		if known++; float64(b.Of) < 0.6*float64(whole) || float64(b.Of) > 1.5*float64(whole) {
			t.Errorf("told of %d of %d bytes, where %d came in all", b.Bytes, b.Of, whole)
		}
	}
	if known < 3 {
		t.Errorf("the whole was known in %d of %d: this test shows nothing", known, len(all))
	}
}

func TestAMachineThatMissesALargeClusterIsHeldUntilItIsHere(t *testing.T) {
	// Every run touches a hundred chunks at once. One of four runs touches many more, ten seconds later.
	calm := wholeTrace(100 * wire.ChunkSize)
	busy := wholeTrace(100 * wire.ChunkSize)
	for i := range uint32(256) {
		busy.Accesses = append(busy.Accesses, forecast.Access{Chunk: wire.Chunk{Index: 100 + i}, At: 10 * time.Second})
	}
	var stalls atomic.Int64
	near := overLink(t, stream.Options{
		Strategy: forecast.InClusters, Traces: []forecast.Trace{calm, busy, calm, calm},
		Stalled: func(s stream.Stall) {
			if s.Took < stream.LeastStall || s.Chunks != 1 || s.Began.IsZero() {
				t.Errorf("stall %+v", s)
			}
			stalls.Add(1)
		},
	}, streamtest.Source("memory", streamtest.Pages(3, 4*mib)), streamtest.Source("device", streamtest.Pages(4, 2*mib)))
	im := near.Images()[0]
	touch := func(index int64) {
		t.Helper()
		if _, err := im.ReadAt(make([]byte, 1), index*wire.ChunkSize); err != nil {
			t.Fatal(err)
		}
	}
	if err := near.Buffer(t.Context(), func(stream.Buffering) {}); err != nil {
		t.Fatal(err)
	}
	touch(0)
	if _, err := near.Fetch(t.Context(), near.Images()[1], func(stream.Buffering) {}); err != nil {
		t.Fatal(err) // now the rate of the link is known
	}
	missed := time.Now()
	touch(100)
	select {
	case <-near.Stumbles():
	case <-time.After(5 * time.Second):
		t.Fatal("nobody was told to hold the machine")
	}
	var last stream.Buffering
	held := time.Now()
	if err := near.Buffer(t.Context(), func(b stream.Buffering) { last = b }); err != nil {
		t.Fatal(err)
	}
	pause := time.Since(held)
	if last.Of == 0 || last.Bytes > last.Of {
		t.Errorf("the last told was %+v, want bytes of a total", last)
	}
	before := near.Stats()
	for i := range int64(256) {
		touch(100 + i)
	}
	if s := near.Stats(); s.Waits != before.Waits {
		t.Errorf("%d waits after buffering, want none", s.Waits-before.Waits)
	}
	if stalls.Load() == 0 {
		t.Error("the miss over a link of 80 ms was not told as a stall")
	}
	accesses := slices.DeleteFunc(near.Trace().Accesses, func(a forecast.Access) bool { return a.Image != 0 })
	if ran := accesses[len(accesses)-1].At - accesses[1].At; ran > time.Since(missed)-pause {
		t.Errorf("from the miss to the last access %v of the machine's time went by: the pause of %v is in it", ran, pause)
	}
}
