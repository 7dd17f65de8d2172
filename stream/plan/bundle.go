package plan

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"vmstudy/stream/forecast"
	"vmstudy/stream/wire"
)

const (
	// packetSize is what a TCP packet carries on most ways, in bytes. Parts of a bundle fill their packets: the
	// queue of a link may have room for a number of packets, whatever their length.
	packetSize = 1448
	// packedOverhead is about what the message before a part takes.
	packedOverhead = 48
)

// bundle is a bundle on its way. It brings its chunks in its own order. A demand for one of them is asked
// for all the same, unless the part of the bundle that brings it was asked for already. A nil bundle
// brings nothing.
type bundle struct {
	index wire.BundleIndex
	ends  [][]uint32 // by image and index, the End of the group that is still to bring the chunk; 0 if none is
	asked uint32     // bytes of it that were asked for
	got   uint32     // bytes of it that came
	left  int        // groups that are not unpacked yet
}

func newBundle(ix wire.BundleIndex, images []wire.ImageInfo) *bundle {
	if len(ix.Groups) == 0 {
		return nil
	}
	b := &bundle{index: ix, left: len(ix.Groups)}
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
func (b *bundle) brings(c wire.Chunk) bool { return b != nil && b.ends[c.Image][c.Index] > 0 }

// underway reports whether all parts that bring c have been asked for.
func (b *bundle) underway(c wire.Chunk) bool {
	return b.brings(c) && b.ends[c.Image][c.Index] <= b.asked
}

// next returns which part to ask for now: about so many bytes.
func (b *bundle) next(bytes int) (wire.Part, bool) {
	if b == nil || b.asked == b.index.Size() {
		return wire.Part{}, false
	}
	full := max(1, bytes/packetSize)*packetSize - packedOverhead
	next := wire.Part{From: b.asked, Bytes: min(uint32(min(full, wire.MaxPart)), b.index.Size()-b.asked)}
	b.asked += next.Bytes
	return next, true
}

// sort puts those of dues first that the bundle brings, in its order.
func (b *bundle) sort(dues []forecast.Due) {
	if b == nil {
		return
	}
	turn := func(c wire.Chunk) uint32 { return b.ends[c.Image][c.Index] - 1 } // what it does not bring is last
	slices.SortStableFunc(dues, func(x, y forecast.Due) int { return cmp.Compare(turn(x.Chunk), turn(y.Chunk)) })
}

// Early returns the parts of a bundle to ask for with the greeting, before anything is known of the link or
// of the bundle's size.
func Early() (reads []wire.Read) {
	p := &Planner{wanted: map[wire.Chunk]*want{}, flights: map[uint32]flight{}}
	p.bundle = &bundle{index: wire.BundleIndex{Groups: []wire.Group{{End: math.MaxUint32}}}}
	for {
		r, ok := p.Next(time.Time{})
		if !ok {
			return reads
		}
		reads = append(reads, r)
	}
}

// Begin begins the conversation: some parts of a bundle were asked for with the greeting, and this is
// what the origin says of the bundle. It reports whether the bundle is to be unpacked. It is not if a
// fifth of it is here: then it is quicker to ask for the rest chunk by chunk.
func (p *Planner) Begin(ix wire.BundleIndex, at time.Time, asked []wire.Read) (unpack bool) {
	for _, r := range asked {
		p.asked(at, r)
		f := p.flights[r.Number]
		f.greeted = true
		p.flights[r.Number] = f
	}
	here := 0
	for _, g := range ix.Groups {
		for _, c := range g.Chunks {
			if p.here.has(c) {
				here++
			}
		}
	}
	if here > ix.Count()/5 {
		return false
	}
	if p.bundle = newBundle(ix, p.layout.Images); p.bundle == nil {
		return false
	}
	for _, r := range asked {
		p.bundle.asked += r.Part.Within(ix.Size())
	}
	end := uint32(0)
	for _, g := range ix.Groups {
		for _, c := range g.Chunks {
			p.costs[c.Image][c.Index] = float64(g.End-end) / float64(len(g.Chunks))
		}
		end = g.End
	}
	return true
}

// ExpectedPart returns an error unless answer is the part of the bundle that was to come next. use says
// whether the part is of any use: the bundle may have been given up.
func (p *Planner) ExpectedPart(answer wire.Packed) (use bool, err error) {
	f, ok := p.flights[answer.Number]
	if !ok || len(f.Chunks) > 0 || f.Checksum() != answer.Read {
		return false, fmt.Errorf("answer %d with %d bytes of a bundle was not asked for: %w", answer.Number, answer.Bytes, wire.ErrProtocol)
	}
	if p.bundle == nil {
		return false, nil
	}
	if from := f.Part.From; answer.Bytes != f.Part.Within(p.bundle.index.Size()) || answer.Bytes > 0 && from != p.bundle.got {
		return false, fmt.Errorf("%d bytes of a bundle from %d on came where those from %d on were to come: %w", answer.Bytes, from, p.bundle.got, wire.ErrProtocol)
	}
	p.bundle.got += answer.Bytes
	return true, nil
}

// Unpacked notes that the chunks of g are here.
func (p *Planner) Unpacked(g wire.Group) {
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
	p.stats.Ahead += len(g.Chunks)
	p.advance()
}

// DamagedBundle gives the bundle up because it cannot be unpacked.
func (p *Planner) DamagedBundle() {
	p.stats.Wrong++
	p.giveUpBundle()
}

// giveUpBundle lets what the bundle was to bring come like any other chunks.
func (p *Planner) giveUpBundle() {
	if p.bundle == nil {
		return
	}
	for _, g := range p.bundle.index.Groups {
		for _, c := range g.Chunks {
			if w := p.wanted[c]; w != nil && w.awaited && p.bundle.brings(c) {
				p.demands = append(p.demands, c)
			}
		}
	}
	p.bundle = nil
	p.again()
}

// Reconnected notes that a new connection is there, and what it says of the bundle. Another bundle than
// before is given up.
func (p *Planner) Reconnected(ix wire.BundleIndex) {
	p.stats.Reconnects++
	if b := p.bundle; b != nil && !bytes.Equal(b.index.AppendTo(nil), ix.AppendTo(nil)) {
		p.giveUpBundle()
	}
}
