package stream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"

	"golang.org/x/sync/errgroup"

	"vmstudy/stream/wire"
)

// OpenFile opens a file as an image of the given name. The caller closes the file.
func OpenFile(name, path string) (wire.Source, *os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return wire.Source{}, nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return wire.Source{}, nil, errors.Join(err, f.Close())
	}
	return wire.Source{ImageInfo: wire.ImageInfo{Name: name, Size: info.Size()}, Content: f}, f, nil
}

// Origin is the far end: it serves a fixed set of images to any number of near ends.
type Origin struct {
	layout  wire.Layout
	holes   wire.Holes
	sources []wire.Source
	bundles map[string]Bundle
}

// NewOrigin returns an origin of 1 to 16 images. content is an id of what is in them, of at most 255 bytes. The same images
// must have the same id, and different images different ones. Errors are of kind study.ErrInvalid.
func NewOrigin(content string, sources ...wire.Source) (*Origin, error) {
	o := &Origin{layout: wire.Layout{Content: content}, sources: sources}
	for _, s := range sources {
		o.layout.Images = append(o.layout.Images, s.ImageInfo)
		o.holes.Images = append(o.holes.Images, wire.FindHoles(s.Content, s.Size))
	}
	return o, o.layout.Validate()
}

// Serve answers near ends that connect to l until ctx ends or l fails. It closes l, and
// returns when every connection is closed, with the cause of ctx or the error of l.
func (o *Origin) Serve(ctx context.Context, l net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	var conns errgroup.Group
	defer func() {
		cancel()
		_ = conns.Wait() // if a connection breaks, the near end connects again
	}()
	defer context.AfterFunc(ctx, func() { _ = l.Close() })()
	for {
		conn, err := l.Accept()
		if err != nil {
			_ = l.Close()
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			return fmt.Errorf("accept: %w", err)
		}
		conns.Go(func() error { return o.serveConn(ctx, conn) })
	}
}

// serveConn answers one near end until it closes the connection. Reads wait in two short queues. Demands are answered first.
func (o *Origin) serveConn(ctx context.Context, conn net.Conn) error {
	g, ctx := errgroup.WithContext(ctx)
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	defer conn.Close()
	w, err := newAnswerWriter(conn)
	if err != nil {
		return err
	}
	b, err := o.greet(conn, w)
	if err != nil {
		return err
	}
	demands, ahead := make(chan wire.Read, wire.MaxReads), make(chan wire.Read, wire.MaxReads)
	g.Go(func() error { return o.receive(conn, demands, ahead) })
	g.Go(func() error {
		for {
			r, err := nextRead(ctx, demands, ahead)
			if err == nil {
				err = o.answer(w, r, b)
			}
			if err != nil {
				return err
			}
		}
	})
	return g.Wait()
}

// greet tells the near end which images there are, and returns the bundle that it wants.
func (o *Origin) greet(r io.Reader, w io.Writer) (Bundle, error) {
	m, err := wire.ReadMessage(r)
	if err != nil {
		return Bundle{}, err
	}
	h, ok := m.(wire.Hello)
	switch {
	case !ok:
		return Bundle{}, fmt.Errorf("message of kind %d instead of hello: %w", m.Kind(), wire.ErrProtocol)
	case h.Version != wire.Version:
		return Bundle{}, refuse(w, fmt.Sprintf("protocol version %d, this origin speaks %d", h.Version, wire.Version))
	}
	b := o.bundles[h.Bundle]
	for _, m := range []wire.Message{o.layout, o.holes, b.index} {
		if err := wire.WriteMessage(w, m); err != nil {
			return Bundle{}, err
		}
	}
	return b, nil
}

// receive puts each read of the near end into one of the two queues. It cuts the connection if the near end has more reads in
// flight than agreed.
func (o *Origin) receive(r io.Reader, demands, ahead chan<- wire.Read) error {
	for {
		m, err := wire.ReadMessage(r)
		if err != nil {
			return err
		}
		r, ok := m.(wire.Read)
		if !ok {
			return fmt.Errorf("message of kind %d instead of read: %w", m.Kind(), wire.ErrProtocol)
		}
		queue := ahead
		if r.Demand {
			queue = demands
		}
		select {
		case queue <- r:
		default:
			return fmt.Errorf("more than %d reads in flight: %w", wire.MaxReads, wire.ErrProtocol)
		}
	}
}

// nextRead waits for a read and prefers demands.
func nextRead(ctx context.Context, demands, ahead <-chan wire.Read) (wire.Read, error) {
	select {
	case r := <-demands:
		return r, nil
	default:
	}
	select {
	case r := <-demands:
		return r, nil
	case r := <-ahead:
		return r, nil
	case <-ctx.Done():
		return wire.Read{}, context.Cause(ctx)
	}
}

// answer answers a read of chunks, or of a part of b.
func (o *Origin) answer(w *answerWriter, r wire.Read, b Bundle) error {
	if len(r.Chunks) == 0 {
		n := r.Part.Within(uint32(len(b.packed)))
		return w.writeWithRaw(wire.Packed{Number: r.Number, Read: r.Checksum(), Bytes: n}, b.packed[min(int(r.Part.From), len(b.packed)):][:n])
	}
	a := wire.Chunks{Number: r.Number, Read: r.Checksum(), Content: make([][]byte, len(r.Chunks)), Hashes: make([]wire.Hash, len(r.Chunks))}
	for i, c := range r.Chunks {
		if !o.layout.Has(c) {
			return refuse(w, fmt.Sprintf("chunk %d of image %d does not exist", c.Index, c.Image))
		}
		data, h, err := o.load(c)
		if err != nil {
			slog.Error("an origin cannot read what it serves", "image", o.sources[c.Image].Name, "chunk", c.Index, "err", err)
			return errors.Join(err, refuse(w, fmt.Sprintf("chunk %d of %s cannot be read there", c.Index, o.sources[c.Image].Name)))
		}
		a.Content[i], a.Hashes[i] = data, h
	}
	return wire.WriteMessage(w, a)
}

var zeroChunk [wire.ChunkSize]byte

// load returns the content of c and its hash, or nil if it is all zeros. If the content comes from a store, it has its hash
// already; if not, the hash is computed here.
func (o *Origin) load(c wire.Chunk) ([]byte, wire.Hash, error) {
	s := o.sources[c.Image]
	if content, ok := s.Content.(wire.Chunked); ok {
		return content.ReadChunk(c.Index)
	}
	data := make([]byte, wire.ChunkSize)
	off := int64(c.Index) * wire.ChunkSize
	want := int(min(wire.ChunkSize, s.Size-off))
	if n, err := s.Content.ReadAt(data[:want], off); n < want {
		return nil, wire.Hash{}, fmt.Errorf("image %s at %d: %w", s.Name, off, wire.NoEOF(err))
	}
	if bytes.Equal(data, zeroChunk[:]) {
		return nil, wire.Hash{}, nil
	}
	return data, wire.HashOf(data), nil
}

// refuse tells the near end why it is refused, and returns the error that ends the connection.
func refuse(w io.Writer, why string) error {
	return errors.Join(wire.Fault{Text: why}.Err(), wire.WriteMessage(w, wire.Fault{Text: why}))
}
