package stream_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"vmstudy/stream"
	"vmstudy/stream/forecast"
	"vmstudy/stream/streamtest"
	"vmstudy/stream/wire"
	"vmstudy/study"
)

const mib = 1 << 20

func traceOf(indices ...uint32) forecast.Trace {
	t := forecast.Trace{Content: "test"}
	for i, index := range indices {
		t.Accesses = append(t.Accesses, forecast.Access{
			Chunk: wire.Chunk{Index: index}, At: time.Duration(i) * time.Millisecond,
		})
	}
	return t
}

// wholeTrace names every chunk of an image of size bytes, in a random order.
func wholeTrace(size int) forecast.Trace {
	var indices []uint32
	for _, i := range rand.New(rand.NewPCG(7, 7)).Perm((size + wire.ChunkSize - 1) / wire.ChunkSize) {
		indices = append(indices, uint32(i))
	}
	return traceOf(indices...)
}

func TestEveryByteReadIsTheImages(t *testing.T) {
	memory, disk := streamtest.Pages(1, 4*mib), streamtest.Pages(2, mib+777)
	dial := streamtest.Origin(t, streamtest.Source("memory", memory), streamtest.Source("disk", disk))
	near := streamtest.Open(t, dial, stream.Options{Strategy: forecast.Order, Traces: []forecast.Trace{wholeTrace(2 * mib)}})

	for i, want := range [][]byte{memory, disk} {
		im := near.Images()[i]
		if im.Size != int64(len(want)) {
			t.Errorf("%s has %d bytes, want %d", im.Name, im.Size, len(want))
		}
		rapid.Check(t, func(t *rapid.T) {
			off := rapid.IntRange(0, len(want)-1).Draw(t, "off")
			p := make([]byte, rapid.IntRange(0, 5*wire.ChunkSize).Draw(t, "length"))
			n, err := im.ReadAt(p, int64(off))
			if rest := len(want) - off; n != min(rest, len(p)) || (err == io.EOF) != (rest < len(p)) {
				t.Fatalf("ReadAt(%d bytes, %d) = %d, %v", len(p), off, n, err)
			}
			if !bytes.Equal(p[:n], want[off:off+n]) {
				t.Fatalf("ReadAt(%d bytes, %d) returned other bytes than the image has", len(p), off)
			}
		})
		whole, err := io.ReadAll(io.NewSectionReader(im, 0, im.Size))
		if err != nil || !bytes.Equal(whole, want) {
			t.Errorf("reading all of %s: %v, equal %v", im.Name, err, bytes.Equal(whole, want))
		}
	}
}

func TestReadAheadBringsTheTraceWithoutAnyRead(t *testing.T) {
	memory := streamtest.Pages(3, 4*mib)
	near := streamtest.Open(t, streamtest.Origin(t, streamtest.Source("memory", memory)),
		stream.Options{Strategy: forecast.Order, Traces: []forecast.Trace{wholeTrace(len(memory))}})

	if err := near.Loaded(t.Context(), 1024); err != nil {
		t.Fatal(err)
	}
	if s := near.Stats(); s.Ahead != 1024 || s.Demanded != 0 || s.Accessed != 0 || s.WireBytes == 0 {
		t.Errorf("stats %+v, want 1024 chunks by read-ahead and nothing else", s)
	}
	p := near.Progress()
	if p.Here != p.Of || p.WireBytes >= 4*mib {
		t.Errorf("progress %+v, want everything here in less than 4 MiB", p)
	}
	if _, err := near.Images()[0].ReadAt(make([]byte, 4*mib), 0); err != nil {
		t.Fatal(err)
	}
	if s := near.Stats(); s.Demanded != 0 || s.Waits != 0 || s.Accessed != 1024 {
		t.Errorf("stats %+v after reading what is here, want no demand and no wait", s)
	}
}

func TestOneFetchServesAllWhoWaitForAChunk(t *testing.T) {
	near := streamtest.Open(t, streamtest.Origin(t, streamtest.Source("memory", streamtest.Pages(4, mib))), stream.Options{})
	var readers sync.WaitGroup
	for range 50 {
		readers.Go(func() {
			if _, err := near.Images()[0].ReadAt(make([]byte, 10), 5*wire.ChunkSize); err != nil {
				t.Error(err)
			}
		})
	}
	readers.Wait()
	if s := near.Stats(); s.Demanded != 1 || s.Accessed != 1 {
		t.Errorf("stats %+v, want 1 chunk demanded and accessed", s)
	}
}

func TestTraceHoldsFirstAccessesInOrder(t *testing.T) {
	near := streamtest.Open(t, streamtest.Origin(t, streamtest.Source("memory", streamtest.Pages(5, mib))), stream.Options{})
	for _, index := range []int64{9, 3, 9, 4, 3, 200} {
		if _, err := near.Images()[0].ReadAt(make([]byte, 1), index*wire.ChunkSize); err != nil {
			t.Fatal(err)
		}
	}
	trace := near.Trace()
	if trace.Content != "test" || len(trace.Accesses) != 4 {
		t.Fatalf("trace %+v, want 4 accesses of content test", trace)
	}
	for i, want := range []uint32{9, 3, 4, 200} {
		if a := trace.Accesses[i]; a.Index != want || (i > 0 && a.At < trace.Accesses[i-1].At) {
			t.Errorf("access %d is %+v, want chunk %d, no earlier than the one before", i, a, want)
		}
	}
}

func TestWritesStayHereAndCostNoFetchWhenWhole(t *testing.T) {
	memory := streamtest.Pages(6, mib+100)
	near := streamtest.Open(t, streamtest.Origin(t, streamtest.Source("memory", memory)), stream.Options{})
	im, want := near.Images()[0], bytes.Clone(memory)
	write := func(data []byte, off int) {
		t.Helper()
		copy(want[off:], data)
		if _, err := im.WriteAt(data, int64(off)); err != nil {
			t.Fatal(err)
		}
	}
	write(bytes.Repeat([]byte{1}, 2*wire.ChunkSize), 4*wire.ChunkSize)
	write(bytes.Repeat([]byte{2}, 100), mib) // the short last chunk, whole
	if s := near.Stats(); s.Demanded != 0 {
		t.Errorf("whole chunks written cost %d fetches, want none", s.Demanded)
	}
	write(bytes.Repeat([]byte{3}, 5000), 100*wire.ChunkSize+17)
	if s := near.Stats(); s.Demanded != 2 {
		t.Errorf("two chunks written in part cost %d fetches, want 2", s.Demanded)
	}
	got, err := io.ReadAll(io.NewSectionReader(im, 0, im.Size))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("reading back: %v, equal %v", err, bytes.Equal(got, want))
	}
	if _, err := im.WriteAt([]byte{1, 2}, im.Size-1); !errors.Is(err, study.ErrInvalid) {
		t.Errorf("write past the end: %v, want %v", err, study.ErrInvalid)
	}
}

// breaking is a connection that ends after some bytes were read. If damage is set, it changes the last of them.
type breaking struct {
	net.Conn
	left   int
	damage bool
}

func (b *breaking) Read(p []byte) (int, error) {
	if b.left <= 0 && !b.damage {
		_ = b.Conn.Close()
		return 0, io.ErrUnexpectedEOF
	}
	n, err := b.Conn.Read(p)
	if b.damage && b.left > 0 && n >= b.left {
		p[b.left-1] ^= 0x10
	}
	b.left -= n
	return n, err
}

func TestABrokenConnectionLosesNothing(t *testing.T) {
	for name, damage := range map[string]bool{"cut again and again": false, "a bit flipped again and again": true} {
		t.Run(name, func(t *testing.T) {
			memory := streamtest.Pages(8, 4*mib)
			dial := streamtest.Origin(t, streamtest.Source("memory", memory))
			var dials atomic.Int64
			broken := func(ctx context.Context) (net.Conn, error) {
				conn, err := dial(ctx)
				n := int(dials.Add(1))
				if n > 4 {
					return conn, err
				}
				// The place is never the same; if it was, the same chunk could be damaged twice.
				return &breaking{Conn: conn, left: 80_000 + 20_000*n, damage: damage}, err
			}
			near := streamtest.Open(t, broken, stream.Options{Strategy: forecast.Order, Traces: []forecast.Trace{wholeTrace(2 * mib)}})
			got, err := io.ReadAll(io.NewSectionReader(near.Images()[0], 0, 4*mib))
			if err != nil || !bytes.Equal(got, memory) {
				t.Errorf("reading over breaking connections: %v, equal %v", err, bytes.Equal(got, memory))
			}
			if s := near.Stats(); s.Reconnects != 4 {
				t.Errorf("%d reconnects, want 4", s.Reconnects)
			}
		})
	}
}

func TestALostOriginEndsReadersAfterPatience(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o, err := stream.NewOrigin("test", streamtest.Source("memory", streamtest.Pages(1, mib)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error)
	go func() { served <- o.Serve(ctx, l) }()
	near := streamtest.Open(t, func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
	}, stream.Options{Patience: 300 * time.Millisecond})
	cancel()
	if err := <-served; !errors.Is(err, context.Canceled) {
		t.Errorf("Serve returned %v, want the cause of its context", err)
	}
	if _, err := near.Images()[0].ReadAt(make([]byte, 1), 0); err == nil {
		t.Error("a read of a lost origin succeeded")
	}
	<-near.Done()
	if near.Err() == nil || errors.Is(near.Err(), stream.ErrClosed) {
		t.Errorf("Err() = %v, want why the origin was given up", near.Err())
	}
}

func TestCloseAndContextEndAWaitingReader(t *testing.T) {
	release := make(chan struct{})
	source := streamtest.Source("memory", streamtest.Pages(1, mib))
	source.Content = stuck{release}
	dial := streamtest.Origin(t, source)
	t.Cleanup(func() { close(release) })
	near := streamtest.Open(t, dial, stream.Options{})
	im := near.Images()[0]

	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error)
	go func() { _, err := im.ReadAtContext(ctx, make([]byte, 1), 0); result <- err }()
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Errorf("read under a cancelled context: %v", err)
	}
	go func() { _, err := im.ReadAt(make([]byte, 1), 0); result <- err }()
	if err := near.Close(); err != nil {
		t.Error(err)
	}
	if err := <-result; !errors.Is(err, stream.ErrClosed) {
		t.Errorf("read of a closed stream: %v, want %v", err, stream.ErrClosed)
	}
	if err := near.Loaded(t.Context(), 0); err != nil {
		t.Errorf("Loaded(0) = %v, want nil", err)
	}
}

// stuck is an image that does not answer until it is released.
type stuck struct{ release chan struct{} }

func (s stuck) ReadAt(p []byte, _ int64) (int, error) {
	<-s.release
	return len(p), nil
}

type unreadable struct{}

func (unreadable) ReadAt([]byte, int64) (int, error) { return 0, io.ErrClosedPipe }

func TestAnImageThatCannotBeReadEndsTheStreamAtOnce(t *testing.T) {
	source := streamtest.Source("memory", make([]byte, mib))
	source.Content = unreadable{}
	near := streamtest.Open(t, streamtest.Origin(t, source), stream.Options{})
	if _, err := near.Images()[0].ReadAt(make([]byte, 1), 0); err == nil {
		t.Error("read succeeded")
	}
	if s := near.Stats(); s.Reconnects != 0 {
		t.Errorf("%d reconnects, want none", s.Reconnects)
	}
}

func TestATraceOfOtherContentIsRefused(t *testing.T) {
	dial := streamtest.Origin(t, streamtest.Source("memory", make([]byte, mib)))
	for name, trace := range map[string]forecast.Trace{
		"another content id":     {Content: "other", Accesses: make([]forecast.Access, 1)},
		"a chunk behind the end": traceOf(256),
		"an image that is not":   {Content: "test", Accesses: []forecast.Access{{Chunk: wire.Chunk{Image: 1}}}},
	} {
		if n, err := stream.Open(t.Context(), dial, stream.Options{Strategy: forecast.Order, Traces: []forecast.Trace{trace}}); !errors.Is(err, study.ErrConflict) {
			t.Errorf("%s: Open = %v, %v; want %v", name, n, err, study.ErrConflict)
		}
	}
}

// What is to be here in the end comes by itself, and then the origin is needed no more: what is here stays readable when it is gone.
func TestAStreamThatIsWholeNeedsNoOrigin(t *testing.T) {
	memory, disk := streamtest.Pages(1, 2*mib), streamtest.Pages(2, mib+777)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o, err := stream.NewOrigin("test", streamtest.Source("memory", memory), streamtest.Source("disk", disk))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- o.Serve(ctx, l) }()
	near := streamtest.Open(t, func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
	}, stream.Options{Push: forecast.Everything([]wire.Chunk{{Index: 7}}), Patience: time.Millisecond})
	if _, err := near.Images()[0].WriteAt(memory[:wire.ChunkSize], 0); err != nil { // what the machine writes need not come
		t.Fatal(err)
	}
	select {
	case <-near.Whole():
	case <-near.Done():
		t.Fatal(near.Err())
	}
	cancel()
	<-served
	for i, want := range [][]byte{memory, disk} {
		got := make([]byte, len(want))
		if _, err := near.Images()[i].ReadAt(got, 0); err != nil || !bytes.Equal(got, want) {
			t.Errorf("image %d is not what the origin had: %v", i, err)
		}
	}
	if err := near.Err(); err != nil {
		t.Errorf("the stream has ended: %v", err)
	}
}
