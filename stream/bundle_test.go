package stream_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"testing"

	"vmstudy/stream"
	"vmstudy/stream/cache"
	"vmstudy/stream/forecast"
	"vmstudy/stream/streamtest"
	"vmstudy/stream/wire"
	"vmstudy/study"
	"vmstudy/studytest"
)

// bundled serves content with a bundle of the chunks in trace. It may change the bundle before, and counts connections.
type bundled struct {
	content []byte
	trace   forecast.Trace
	bundle  stream.Bundle
}

func newBundled(t testing.TB, size int) *bundled {
	t.Helper()
	studytest.Need(t, "zstd")
	b := &bundled{content: streamtest.Pages(1, int64(size)), trace: wholeTrace(size / 2)}
	var err error
	if b.bundle, err = b.origin(t).Pack(t.Context(), []forecast.Trace{b.trace}); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *bundled) origin(t testing.TB) *stream.Origin {
	o, err := stream.NewOrigin("test", streamtest.Source("memory", b.content))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// serve offers a bundle to each connection: the first to the first connection, and so on, and the last to all others. The first
// connection breaks when as many bytes as breaks says have come over it; 0 means that it does not.
func (b *bundled) serve(t testing.TB, breaks int64, offers ...stream.Bundle) stream.Dial {
	var addrs []string
	for _, offer := range offers {
		o := b.origin(t)
		if err := o.Offer("it", offer); err != nil {
			t.Fatal(err)
		}
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		streamtest.ServeOrigin(t, l, o)
		addrs = append(addrs, l.Addr().String())
	}
	var dialled atomic.Int64
	return func(ctx context.Context) (net.Conn, error) {
		n := dialled.Add(1)
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", addrs[min(int(n), len(addrs))-1])
		if err == nil && n == 1 && breaks > 0 {
			conn = &brittle{Conn: conn, left: breaks}
		}
		return conn, err
	}
}

// brittle is a connection that breaks when a number of bytes have come over it.
type brittle struct {
	net.Conn
	left int64
}

func (b *brittle) Read(p []byte) (int, error) {
	if b.left == 0 {
		return 0, errors.Join(errors.New("broken"), b.Close())
	}
	n, err := b.Conn.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

func (b *bundled) open(t testing.TB, dial stream.Dial, o stream.Options) *stream.Near {
	o.Strategy, o.Bundle, o.Traces = forecast.Best, "it", []forecast.Trace{b.trace}
	return streamtest.Open(t, dial, o)
}

func TestABundleIsWhatItsChunksAre(t *testing.T) {
	b := newBundled(t, 8*mib)
	damaged := b.file(t)
	damaged[len(damaged)/2] ^= 1
	worse := b.read(t, damaged)
	for name, c := range map[string]struct {
		offers      []stream.Bundle
		breaks      int64
		wrong, cuts int
	}{
		"one that is sound":                         {offers: []stream.Bundle{b.bundle}},
		"one that came from a file":                 {offers: []stream.Bundle{b.read(t, b.file(t))}},
		"none":                                      {offers: []stream.Bundle{{Content: "test"}}},
		"one that is damaged":                       {offers: []stream.Bundle{worse}, wrong: 1},
		"one whose connection breaks":               {offers: []stream.Bundle{b.bundle}, breaks: 300_000, cuts: 1},
		"one that is another after a break":         {offers: []stream.Bundle{b.bundle, {Content: "test"}}, breaks: 300_000, cuts: 1},
		"one of which the break leaves only a name": {offers: []stream.Bundle{b.bundle, b.bundle}, breaks: 20_000, cuts: 1},
	} {
		t.Run(name, func(t *testing.T) {
			near := b.open(t, b.serve(t, c.breaks, c.offers...), stream.Options{})
			if err := near.Loaded(t.Context(), 1<<20); err != nil {
				t.Fatal(err)
			}
			if s := near.Stats(); s.Demanded != 0 || s.Wrong != c.wrong || s.Reconnects != c.cuts {
				t.Errorf("stats %+v, want nothing demanded, %d wrong and %d reconnects", s, c.wrong, c.cuts)
			}
			got, err := io.ReadAll(io.NewSectionReader(near.Images()[0], 0, int64(len(b.content))))
			if err != nil || !bytes.Equal(got, b.content) {
				t.Errorf("the image is not what it was: %v", err)
			}
		})
	}
}

func TestABundleMayBeSmallerThanWhatIsAskedForAtOnce(t *testing.T) {
	for _, chunks := range []int{1, 40, 70} {
		b := newBundled(t, 2*chunks*wire.ChunkSize)
		near := b.open(t, b.serve(t, 0, b.bundle), stream.Options{})
		if err := near.Loaded(t.Context(), chunks); err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(io.NewSectionReader(near.Images()[0], 0, int64(len(b.content))))
		if err != nil || !bytes.Equal(got, b.content) {
			t.Errorf("%d chunks: the image is not what it was: %v", chunks, err)
		}
	}
}

func (b *bundled) file(t testing.TB) []byte {
	var file bytes.Buffer
	if err := stream.WriteBundle(&file, b.bundle); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func (b *bundled) read(t testing.TB, file []byte) stream.Bundle {
	got, err := stream.ReadBundle(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestABundleIsSmallerThanItsChunks(t *testing.T) {
	b := newBundled(t, 8*mib)
	wire := func(offer stream.Bundle) int64 {
		near := b.open(t, b.serve(t, 0, offer), stream.Options{})
		if err := near.Loaded(t.Context(), 1<<20); err != nil {
			t.Fatal(err)
		}
		return near.Stats().WireBytes
	}
	with, without := wire(b.bundle), wire(stream.Bundle{Content: "test"})
	if with > without*95/100 {
		t.Errorf("%d bytes with a bundle, %d without; want a twentieth less", with, without)
	}
}

func TestABundleIsLeftWhereTheCacheHasMostOfIt(t *testing.T) {
	b := newBundled(t, 4*mib)
	kept, err := cache.Open(cache.Config{Dir: t.TempDir(), Limit: 64 * mib})
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	dial := b.serve(t, 0, b.bundle)
	var wire [2]int64
	for i := range wire {
		near := b.open(t, dial, stream.Options{Cache: kept})
		if err := near.Loaded(t.Context(), 1<<20); err != nil {
			t.Fatal(err)
		}
		wire[i] = near.Stats().WireBytes
		got, err := io.ReadAll(io.NewSectionReader(near.Images()[0], 0, 2*mib))
		if err != nil || !bytes.Equal(got, b.content[:2*mib]) {
			t.Errorf("run %d: the image is not what it was: %v", i, err)
		}
		if err := near.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if wire[1] > wire[0]/10 {
		t.Errorf("%d bytes the first time and %d the second, want next to nothing", wire[0], wire[1])
	}
}

func TestABundleOfOtherContentIsNotOffered(t *testing.T) {
	b := newBundled(t, mib)
	if err := b.origin(t).Offer("it", stream.Bundle{Content: "other"}); !errors.Is(err, study.ErrConflict) {
		t.Errorf("offering it: %v, want %v", err, study.ErrConflict)
	}
}

func FuzzReadBundle(f *testing.F) {
	b := newBundled(f, mib)
	f.Add(b.file(f))
	f.Fuzz(func(t *testing.T, file []byte) {
		got, err := stream.ReadBundle(bytes.NewReader(file))
		if err != nil {
			return
		}
		var again bytes.Buffer
		if err := stream.WriteBundle(&again, got); err != nil {
			t.Fatal(err)
		}
		if _, err := stream.ReadBundle(&again); err != nil {
			t.Errorf("was read, but cannot be read again: %v", err)
		}
	})
}
