// Package streamtest makes images that resemble a machine's memory, and serves them to tests.
package streamtest

import (
	"bytes"
	"context"
	"encoding/binary"
	"math/rand/v2"
	"net"
	"sync"
	"testing"

	"vmstudy/stream"
	"vmstudy/stream/wire"
)

// Pages returns size bytes that resemble the memory of a machine: by chunk, a quarter zeros, a
// quarter noise, half text of few words. The same seed gives the same bytes. zstd makes about
// a third of it.
func Pages(seed uint64, size int64) []byte {
	rng := rand.New(rand.NewPCG(seed, 0))
	words := make([][]byte, 4096)
	for i := range words {
		words[i] = make([]byte, 4+rng.IntN(12))
		fill(rng, words[i])
	}
	image := make([]byte, size)
	for at := int64(0); at < size; at += wire.ChunkSize {
		chunk := image[at:min(size, at+wire.ChunkSize)]
		switch rng.IntN(4) {
		case 0: // zeros
		case 1:
			fill(rng, chunk)
		default:
			for len(chunk) > 0 {
				chunk = chunk[copy(chunk, words[rng.IntN(len(words))]):]
			}
		}
	}
	return image
}

func fill(rng *rand.Rand, b []byte) {
	for len(b) > 0 {
		var word [8]byte
		binary.LittleEndian.PutUint64(word[:], rng.Uint64())
		b = b[copy(b, word[:]):]
	}
}

// Source makes an image of content.
func Source(name string, content []byte) wire.Source {
	return wire.Source{
		ImageInfo: wire.ImageInfo{Name: name, Size: int64(len(content))},
		Content:   bytes.NewReader(content),
	}
}

// Origin serves sources, as content "test", on the loopback interface until the test ends.
func Origin(t testing.TB, sources ...wire.Source) stream.Dial {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	Serve(t, l, sources...)
	return func(ctx context.Context) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
	}
}

// Serve is Origin on a listener of the caller's.
func Serve(t testing.TB, l net.Listener, sources ...wire.Source) {
	t.Helper()
	o, err := stream.NewOrigin("test", sources...)
	if err != nil {
		t.Fatal(err)
	}
	ServeOrigin(t, l, o)
}

// ServeOrigin serves o on l until the test ends.
func ServeOrigin(t testing.TB, l net.Listener, o *stream.Origin) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var serving sync.WaitGroup
	serving.Go(func() {
		if err := o.Serve(ctx, l); ctx.Err() == nil {
			t.Errorf("origin stopped: %v", err)
		}
	})
	t.Cleanup(func() {
		cancel()
		serving.Wait()
	})
}

// Open opens a near end and closes it when the test ends.
func Open(t testing.TB, dial stream.Dial, o stream.Options) *stream.Near {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	n, err := stream.Open(t.Context(), dial, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Errorf("close near: %v", err)
		}
	})
	return n
}
