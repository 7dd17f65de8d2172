package stream

import (
	"bytes"
	"cmp"
	"context"
	"log/slog"
	"math"
	"slices"
	"time"

	"vmstudy/stream/forecast"
	"vmstudy/stream/wire"
)

const (
	// packetSize is what a TCP packet carries on most ways, in bytes. Parts of a bundle fill their packets: the
	// queue of a link may have room for a number of packets, whatever they hold.
	packetSize = 1448
	// packedOverhead is about what the message before a part takes.
	packedOverhead = 48
)

// incoming is a bundle on its way. It brings what it holds in its own order; a demand does not wait
// for that unless the chunk has been asked for already. nil brings nothing.
type incoming struct {
	index wire.BundleIndex
	ends  [][]uint32 // by image and index, the End of the group that is still to bring the chunk; 0 if none is
	asked uint32     // bytes of it
	got   uint32
	left  int // groups that are not unpacked yet
}

func newIncoming(ix wire.BundleIndex, images []wire.ImageInfo) *incoming {
	if len(ix.Groups) == 0 {
		return nil
	}
	b := &incoming{index: ix, left: len(ix.Groups)}
	for _, im := range images {
		b.ends = append(b.ends, make([]uint32, wire.ChunksIn(im.Size)))
	}
	for _, g := range ix.Groups {
		for _, c := range g.Chunks {
			b.ends[c.Image][c.Index] = g.End
		}
	}
	return b
}

// brings reports whether c is still to come in the bundle.
func (b *incoming) brings(c wire.Chunk) bool { return b != nil && b.ends[c.Image][c.Index] > 0 }

// underway reports whether all that c needs of the bundle has been asked for.
func (b *incoming) underway(c wire.Chunk) bool {
	return b.brings(c) && b.ends[c.Image][c.Index] <= b.asked
}

// next returns which part to ask for now: about so many bytes.
func (b *incoming) next(bytes int) (wire.Part, bool) {
	if b == nil || b.asked == b.index.Size() {
		return wire.Part{}, false
	}
	full := max(1, bytes/packetSize)*packetSize - packedOverhead
	next := wire.Part{From: b.asked, Bytes: min(uint32(min(full, wire.MaxPart)), b.index.Size()-b.asked)}
	b.asked += next.Bytes
	return next, true
}

// early returns what a plan without any measure of the link would ask for of a bundle that is large.
func early() (reads []wire.Read) {
	p := newPlan(nil)
	p.bundle = &incoming{index: wire.BundleIndex{Groups: []wire.Group{{End: math.MaxUint32}}}}
	for {
		r, ok := p.next(time.Time{})
		if !ok {
			return reads
		}
		reads = append(reads, r)
	}
}

// inTurn puts those of dues first that the bundle brings, in its order.
func (b *incoming) inTurn(dues []forecast.Due) {
	if b == nil {
		return
	}
	turn := func(c wire.Chunk) uint32 { return b.ends[c.Image][c.Index] - 1 } // what it does not bring is last
	slices.SortStableFunc(dues, func(x, y forecast.Due) int { return cmp.Compare(turn(x.Chunk), turn(y.Chunk)) })
}

// accept begins to bring a bundle, of which some has been asked for.
func (p *plan) accept(b *incoming, at time.Time, asked []wire.Read) {
	for _, r := range asked {
		p.asked(at, r)
		f := p.flights[r.Number]
		f.greeted = true
		p.flights[r.Number] = f
	}
	if p.bundle = b; b == nil {
		return
	}
	for _, r := range asked {
		b.asked += r.Part.Within(b.index.Size())
	}
	end := uint32(0)
	for _, g := range b.index.Groups {
		for _, c := range g.Chunks {
			p.costs[c.Image][c.Index] = float64(g.End-end) / float64(len(g.Chunks))
		}
		end = g.End
	}
}

// unpacked notes that the chunks of g are here.
func (p *plan) unpacked(g wire.Group) {
	if b := p.bundle; b != nil {
		for _, c := range g.Chunks {
			b.ends[c.Image][c.Index] = 0
		}
		if b.left--; b.left == 0 {
			p.bundle = nil
		}
	}
	for _, c := range g.Chunks {
		p.arrive(c)
	}
	p.advance()
}

// forgo gives the bundle up: what it was to bring comes like anything else.
func (p *plan) forgo() {
	if p.bundle == nil {
		return
	}
	for _, g := range p.bundle.index.Groups {
		for _, c := range g.Chunks {
			if w := p.wants[c]; w != nil && w.awaited && p.bundle.brings(c) {
				p.demands = append(p.demands, c)
			}
		}
	}
	p.bundle = nil
	p.again()
}

// wanted returns the bundle that conn offers, unless the cache has a good part of it: then it is quicker
// to ask for the rest.
func (n *Near) wanted(conn *originConn) *incoming {
	here := 0
	for _, g := range conn.bundle.Groups {
		for _, c := range g.Chunks {
			if n.plan.have.has(c) {
				here++
			}
		}
	}
	if here > conn.bundle.Count()/5 {
		return nil
	}
	return newIncoming(conn.bundle, conn.layout.Images)
}

// stillOffered forgoes the bundle if conn, which is new, offers another one. Near.mu is held.
func (n *Near) stillOffered(conn *originConn) {
	if b := n.plan.bundle; b != nil && !bytes.Equal(b.index.AppendTo(nil), conn.bundle.AppendTo(nil)) {
		n.plan.forgo()
	}
}

// pass gives data, a part of the bundle, to where it is unpacked.
func (n *Near) pass(answer wire.Packed, data []byte, wire int64) error {
	n.mu.Lock()
	n.stats.WireBytes += wire
	err := n.plan.partInFlight(answer)
	use := n.plan.bundle != nil
	if err == nil {
		n.plan.landed(time.Now(), answer.Number, int(wire))
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

// unpack makes chunks of the parts of a bundle until it is whole. One that is damaged is given up.
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
	n.stats.Wrong++
	n.plan.forgo()
	n.mu.Unlock()
	n.nudge()
	for { // what was asked for still comes
		select {
		case <-n.parts:
		case <-ctx.Done():
			return
		}
	}
}

// place puts the chunks of g, of content plain, where they belong, and lets their readers go.
func (n *Near) place(g wire.Group, plain []byte) error {
	for i := 0; i < len(g.Chunks); {
		first, count := g.Chunks[i], 1
		for i+count < len(g.Chunks) && g.Chunks[i+count] == (wire.Chunk{Image: first.Image, Index: first.Index + uint32(count)}) {
			count++
		}
		if _, err := n.images[first.Image].cache.WriteAt(plain[i*wire.ChunkSize:][:count*wire.ChunkSize], int64(first.Index)*wire.ChunkSize); err != nil {
			return err
		}
		i += count
	}
	n.mu.Lock()
	cost := n.plan.cost(g.Chunks[0])
	n.plan.unpacked(g)
	n.stats.Ahead += len(g.Chunks)
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

// partReader reads the parts of a bundle, one behind the other.
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
