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
)

// Source is an image as the origin holds it. Content must not change while it is served.
type Source struct {
	ImageInfo
	Content io.ReaderAt
}

// OpenFile opens a file as an image of the given name. The caller closes the file.
func OpenFile(name, path string) (Source, *os.File, error) {
	f, err := os.Open(path)
	if err != nil {
		return Source{}, nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return Source{}, nil, errors.Join(err, f.Close())
	}
	return Source{ImageInfo: ImageInfo{Name: name, Size: info.Size()}, Content: f}, f, nil
}

// Origin is the far end: it serves a fixed set of images to any number of near ends.
type Origin struct {
	layout  layout
	holes   holes
	sources []Source
	bundles map[string]Bundle
}

// NewOrigin returns an origin of 1 to 16 images. Content identifies what they hold, in at most
// 255 bytes: the same images must have the same id, others another. Its errors are of kind
// study.ErrInvalid.
func NewOrigin(content string, sources ...Source) (*Origin, error) {
	o := &Origin{layout: layout{Content: content}, sources: sources}
	for _, s := range sources {
		o.layout.Images = append(o.layout.Images, s.ImageInfo)
		o.holes.Images = append(o.holes.Images, findHoles(s.Content, s.Size))
	}
	return o, o.layout.validate()
}

// Serve answers near ends that connect to l until ctx ends or l fails. It closes l, and
// returns when every connection is closed, with the cause of ctx or the error of l.
func (o *Origin) Serve(ctx context.Context, l net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	var conns errgroup.Group
	defer func() {
		cancel()
		_ = conns.Wait() // a broken connection is the near end's business: it dials again
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

// serveConn answers one near end until it leaves. Reads wait in two short queues, and the
// answering half empties the demands first.
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
	demands, ahead := make(chan read, maxFlights), make(chan read, maxFlights)
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

// greet says what there is, and returns the bundle that the near end wants.
func (o *Origin) greet(r io.Reader, w io.Writer) (Bundle, error) {
	m, err := readMessage(r)
	if err != nil {
		return Bundle{}, err
	}
	h, ok := m.(hello)
	switch {
	case !ok:
		return Bundle{}, fmt.Errorf("message of kind %d instead of hello: %w", m.kind(), errProtocol)
	case h.Version != protocolVersion:
		return Bundle{}, refuse(w, fmt.Sprintf("protocol version %d, this origin speaks %d", h.Version, protocolVersion))
	}
	b := o.bundles[h.Bundle]
	for _, m := range []message{o.layout, o.holes, b.index} {
		if err := writeMessage(w, m); err != nil {
			return Bundle{}, err
		}
	}
	return b, nil
}

// receive sorts what the near end asks for. A near end that has more reads in flight than
// agreed is cut off: its demands could no longer be told from a flood.
func (o *Origin) receive(r io.Reader, demands, ahead chan<- read) error {
	for {
		m, err := readMessage(r)
		if err != nil {
			return err
		}
		r, ok := m.(read)
		if !ok {
			return fmt.Errorf("message of kind %d instead of read: %w", m.kind(), errProtocol)
		}
		queue := ahead
		if r.Demand {
			queue = demands
		}
		select {
		case queue <- r:
		default:
			return fmt.Errorf("more than %d reads in flight: %w", maxFlights, errProtocol)
		}
	}
}

// nextRead waits for a read and prefers demands.
func nextRead(ctx context.Context, demands, ahead <-chan read) (read, error) {
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
		return read{}, context.Cause(ctx)
	}
}

// answer answers a read of chunks, or of a part of b.
func (o *Origin) answer(w *answerWriter, r read, b Bundle) error {
	if len(r.Chunks) == 0 {
		n := r.Part.within(uint32(len(b.packed)))
		return w.writeWithRaw(packed{Number: r.Number, Read: r.checksum(), Bytes: n}, b.packed[min(int(r.Part.From), len(b.packed)):][:n])
	}
	a := chunks{Number: r.Number, Read: r.checksum(), Content: make([][]byte, len(r.Chunks)), Hashes: make([]Hash, len(r.Chunks))}
	for i, c := range r.Chunks {
		if !o.layout.holds(c) {
			return refuse(w, fmt.Sprintf("chunk %d of image %d does not exist", c.Index, c.Image))
		}
		data, h, err := o.load(c)
		if err != nil {
			slog.Error("an origin cannot read what it serves", "image", o.sources[c.Image].Name, "chunk", c.Index, "err", err)
			return errors.Join(err, refuse(w, fmt.Sprintf("chunk %d of %s cannot be read there", c.Index, o.sources[c.Image].Name)))
		}
		a.Content[i], a.Hashes[i] = data, h
	}
	return writeMessage(w, a)
}

// load returns the content of c and its hash, or nil if it is all zeros. Content that was packed
// brings the hash that it was packed by; of other content the hash is made here.
func (o *Origin) load(c Chunk) ([]byte, Hash, error) {
	s := o.sources[c.Image]
	if content, ok := s.Content.(Chunked); ok {
		return content.ReadChunk(c.Index)
	}
	data := make([]byte, ChunkSize)
	off := int64(c.Index) * ChunkSize
	want := int(min(ChunkSize, s.Size-off))
	if n, err := s.Content.ReadAt(data[:want], off); n < want {
		return nil, Hash{}, fmt.Errorf("image %s at %d: %w", s.Name, off, noEOF(err))
	}
	if bytes.Equal(data, zeroChunk[:]) {
		return nil, Hash{}, nil
	}
	return data, HashOf(data), nil
}

// refuse tells the near end why, and returns the error that ends the connection.
func refuse(w io.Writer, why string) error {
	return errors.Join(fault{Text: why}.err(), writeMessage(w, fault{Text: why}))
}
