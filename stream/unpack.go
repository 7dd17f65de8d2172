package stream

import (
	"context"
	"log/slog"
	"math"
	"time"

	"vmstudy/stream/wire"
)

// pass hands data, a part of the bundle, to unpack.
func (n *Near) pass(answer wire.Packed, data []byte, bytes int64) error {
	n.mu.Lock()
	n.planner.Came(bytes)
	use, err := n.planner.ExpectedPart(answer)
	if err == nil {
		n.planner.Landed(time.Now(), answer.Number, int(bytes))
		n.outage = outage{}
	}
	n.mu.Unlock()
	if err != nil {
		return err
	}
	n.nudge()
	if use {
		select {
		case n.parts <- data:
		case <-n.ended.Done():
		}
	}
	return nil
}

// unpack makes chunks of the parts of a bundle until it has all of them. If the bundle is damaged, it is given up.
func (n *Near) unpack(ctx context.Context, groups []wire.Group) {
	u, err := newUnpacker(&partReader{done: ctx.Done(), parts: n.parts})
	if err == nil {
		defer u.close()
		for _, g := range groups {
			var plain []byte
			if plain, err = u.next(g); err != nil {
				break
			}
			if err := n.place(g, plain); err != nil {
				n.end(hopeless(unkept(err)))
				return
			}
		}
	}
	if err == nil || ctx.Err() != nil {
		return
	}
	slog.Warn("a bundle is given up: its chunks come one by one", "content", n.layout.Content, "bundle", n.wants, "err", err)
	n.mu.Lock()
	n.planner.DamagedBundle()
	n.mu.Unlock()
	n.nudge()
	for { // parts that were asked for still come
		select {
		case <-n.parts:
		case <-ctx.Done():
			return
		}
	}
}

// place writes plain, which has the chunks of g, into the files of their images, and wakes their readers.
func (n *Near) place(g wire.Group, plain []byte) error {
	for i := 0; i < len(g.Chunks); {
		first, count := g.Chunks[i], 1
		for i+count < len(g.Chunks) && g.Chunks[i+count] == (wire.Chunk{Image: first.Image, Index: first.Index + uint32(count)}) {
			count++
		}
		if _, err := n.images[first.Image].came.WriteAt(plain[i*wire.ChunkSize:][:count*wire.ChunkSize], int64(first.Index)*wire.ChunkSize); err != nil {
			return err
		}
		i += count
	}
	n.mu.Lock()
	cost := n.planner.Cost(g.Chunks[0])
	n.planner.Unpacked(g)
	n.tellChanged()
	n.mu.Unlock()
	n.nudge()
	if n.cache == nil {
		return nil
	}
	places := make([]wire.Place, len(g.Chunks))
	for i, c := range g.Chunks {
		chunk := plain[i*wire.ChunkSize:][:wire.ChunkSize]
		places[i] = wire.Place{Chunk: c, Hash: wire.HashOf(chunk), Wire: uint16(min(cost, math.MaxUint16))}
		n.cache.Put(places[i].Hash, chunk)
	}
	n.cache.Learn(n.layout.Content, places)
	return nil
}

// partReader reads the parts of a bundle, one after the other.
type partReader struct {
	done  <-chan struct{}
	parts <-chan []byte
	rest  []byte
}

func (r *partReader) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		select {
		case r.rest = <-r.parts:
		case <-r.done:
			return 0, ErrClosed
		}
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}
