package stream

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"vmstudy/stream/forecast"
	"vmstudy/stream/wire"
)

const (
	// flightShare is how many flights of read-ahead the window holds. Larger flights would be a
	// queue by themselves, and much smaller ones compress worse.
	flightShare = 16
	// leastMean keeps a run of chunks that compress to nothing from making the next flights, of
	// full chunks, much larger than meant. Bytes a chunk; only of those whose cost is not known.
	leastMean = 256
)

// plan decides what to ask for next, and knows what is here, wanted and in flight. It has no
// clock and no lock: Near owns it, under its mutex.
type plan struct {
	ahead  []wire.Chunk // in the order in which they will be needed
	cursor int          // ahead[:cursor] are here or in flight
	loaded int          // ahead[:loaded] are here
	// buffer is the strategy's latest plan, without what was here by then: the beginning of
	// ahead, with its dues.
	buffer forecast.Plan

	urgent  []wire.Chunk // before all of ahead, whatever is planned meanwhile
	asking  int          // urgent[:asking] are here or in flight
	planned chunkSet     // only while a plan is adopted
	have    chunkSet
	empty   chunkSet // those of have that hold nothing, and never had to come
	wants   map[wire.Chunk]*want
	demands []wire.Chunk // to be asked for, oldest first
	bundle  *incoming
	flights map[uint32]flight
	number  uint32 // of the latest flight
	count   [2]int // flights of read-ahead and of demands
	pace    pace
	flow    flow
	costs   [][]float64 // wire bytes, by image and index, as far as traces tell; 0 is not known
	mean    float64     // wire bytes a chunk, lately
}

// want is a chunk that is not here and that was asked for, or will be.
type want struct {
	here    chan struct{} // closed when the chunk is here
	awaited bool          // by a reader
}

type flight struct {
	wire.Read
	sent        time.Time
	expected    int  // bytes
	outstanding int  // bytes, itself included, when it was sent
	greeted     bool // it was sent with the greeting, so that its answer had to wait for that one's
}

func newPlan(images []wire.ImageInfo) *plan {
	return &plan{
		planned: newChunkSet(images), have: newChunkSet(images), empty: newChunkSet(images), mean: wire.ChunkSize / 3,
		wants: map[wire.Chunk]*want{}, flights: map[uint32]flight{},
	}
}

// adopt takes over what a strategy plans. What is here already is left out, and what is planned
// twice counts once; what is in flight stays in the order, so that the machine can be held for it.
func (p *plan) adopt(f forecast.Plan) {
	before := p.ahead[p.loaded:]
	if f.Instead {
		before = nil
	}
	p.bundle.inTurn(f.Dues)
	missing := make([]forecast.Due, 0, len(f.Dues))
	ahead := make([]wire.Chunk, 0, len(f.Dues)+len(before))
	p.planned.clear()
	for _, d := range f.Dues {
		if !p.have.has(d.Chunk) && p.planned.add(d.Chunk) {
			missing, ahead = append(missing, d), append(ahead, d.Chunk)
		}
	}
	f.Dues = missing
	for _, c := range before {
		if p.planned.add(c) {
			ahead = append(ahead, c)
		}
	}
	p.buffer, p.ahead, p.cursor, p.loaded = f, ahead, 0, 0
	p.advance()
}

// hurry brings chunks before everything that is planned or will be.
func (p *plan) hurry(chunks []wire.Chunk) {
	for _, c := range chunks {
		if !p.have.has(c) {
			p.urgent = append(p.urgent, c)
		}
	}
}

// lacking returns those of chunks that are not here, in the same memory.
func (p *plan) lacking(chunks []wire.Chunk) []wire.Chunk {
	return slices.DeleteFunc(chunks, p.have.has)
}

// hold returns how many chunks of ahead must be here before the machine may go on.
func (p *plan) hold() int {
	if !p.buffer.Pause {
		return 0
	}
	return forecast.Hold(p.buffer.Dues, p.flow.proven(), p.cost)
}

// cost is how many bytes c will probably take on the wire.
func (p *plan) cost(c wire.Chunk) float64 {
	if p.costs != nil {
		if known := p.costs[c.Image][c.Index]; known > 0 {
			return known
		}
	}
	return max(p.mean, leastMean)
}

// price learns from traces of images what chunks cost: the mean of what is known. Costs are looked up
// for the whole plan whenever something arrives.
func (p *plan) price(images []wire.ImageInfo, traces []Trace) {
	var n [][]float64
	for _, im := range images {
		p.costs = append(p.costs, make([]float64, wire.ChunksIn(im.Size)))
		n = append(n, make([]float64, wire.ChunksIn(im.Size)))
	}
	for _, t := range traces {
		for _, a := range t.Accesses {
			if a.Cost > 0 {
				n[a.Image][a.Index]++
				known := &p.costs[a.Image][a.Index]
				*known += (float64(a.Cost) - *known) / n[a.Image][a.Index]
			}
		}
	}
}

// left is how long it will take until the machine may go on; ok is false while the rate is not
// known.
func (p *plan) left() (_ time.Duration, ok bool) {
	missing := p.missing(p.hold())
	return p.takes(missing), missing == 0 || p.flow.known() > 0
}

// missing is how many bytes are still to come of the first count chunks of ahead, without those of the
// given images.
func (p *plan) missing(count int, without ...uint8) (bytes float64) {
	for _, c := range p.ahead[p.loaded:max(p.loaded, min(count, len(p.ahead)))] {
		if !p.have.has(c) && !slices.Contains(without, c.Image) {
			bytes += p.cost(c)
		}
	}
	return bytes
}

// bytes is how much chunks will probably take on the wire.
func (p *plan) bytes(chunks []wire.Chunk) (bytes float64) {
	for _, c := range chunks {
		bytes += p.cost(c)
	}
	return bytes
}

// takes is how long so many bytes take; 0 while the rate is not known.
func (p *plan) takes(bytes float64) time.Duration {
	if p.flow.known() == 0 {
		return 0
	}
	return time.Duration(bytes / p.flow.known() * float64(time.Second))
}

// leaveOut notes which chunks are nothing but zeros: they are here.
func (p *plan) leaveOut(h wire.Holes) {
	h.Each(func(c wire.Chunk) {
		p.empty.add(c)
		p.have.add(c)
	})
	p.advance()
}

// need returns a channel that closes when c is here, or nil if it is. A chunk that is already
// in flight as read-ahead is not asked for again.
func (p *plan) need(c wire.Chunk) <-chan struct{} {
	if p.have.has(c) {
		return nil
	}
	w := p.wants[c]
	if w == nil {
		w = &want{here: make(chan struct{})}
		p.wants[c] = w
		if !p.bundle.underway(c) {
			p.demands = append(p.demands, c)
		}
	}
	w.awaited = true
	return w.here
}

// along asks for c together with the demand before it, though nobody waits for it.
func (p *plan) along(c wire.Chunk) {
	if !p.have.has(c) && p.wants[c] == nil {
		p.wants[c] = &want{here: make(chan struct{})}
		p.demands = append(p.demands, c)
	}
}

// next returns what to ask for now, if anything: demands first.
func (p *plan) next(now time.Time) (wire.Read, bool) {
	r := wire.Read{Demand: len(p.demands) > 0 && p.count[1] < wire.MaxReads}
	switch {
	case r.Demand:
		n := min(len(p.demands), wire.MaxChunks)
		r.Chunks, p.demands = p.demands[:n:n], p.demands[n:]
	case p.count[0] < wire.MaxReads && p.pace.room():
		var more bool
		if r.Part, more = p.bundle.next(p.pace.flight()); !more {
			r.Chunks = p.nextAhead()
		}
	}
	if len(r.Chunks) == 0 && r.Part.Bytes == 0 {
		return wire.Read{}, false
	}
	r.Number = p.number + 1
	p.asked(now, r)
	return r, true
}

// asked notes that r was asked for, the latest of all.
func (p *plan) asked(now time.Time, r wire.Read) {
	p.number = r.Number
	f := flight{Read: r, sent: now, expected: int(p.bytes(r.Chunks)) + int(r.Part.Bytes)}
	f.outstanding = p.pace.asked(f.expected)
	p.flights[r.Number] = f
	p.count[lane(r.Demand)]++
}

// nextAhead takes the next flight from the read-ahead: a small part of the window, so that
// the window is kept to closely and a demand never waits for the rest of a long message.
func (p *plan) nextAhead() []wire.Chunk {
	left := float64(p.pace.flight())
	var run []wire.Chunk
	for _, order := range []struct {
		chunks []wire.Chunk
		cursor *int
	}{{p.urgent, &p.asking}, {p.ahead, &p.cursor}} {
		for ; *order.cursor < len(order.chunks) && len(run) < wire.MaxChunks; *order.cursor++ {
			c := order.chunks[*order.cursor]
			if p.have.has(c) || p.wants[c] != nil || p.bundle.brings(c) { // here, or on its way
				continue
			}
			if left -= p.cost(c); left < 0 && len(run) > 0 {
				return run
			}
			p.wants[c] = &want{here: make(chan struct{})}
			run = append(run, c)
		}
	}
	return run
}

// again lets the read-ahead begin anew with what is not here.
func (p *plan) again() {
	p.urgent, p.asking, p.cursor = p.lacking(p.urgent), 0, p.loaded
}

// inFlight returns the read that an answer belongs to.
func (p *plan) inFlight(answer wire.Chunks) (wire.Read, error) {
	f, ok := p.flights[answer.Number]
	if !ok || len(f.Chunks) != len(answer.Content) || f.Checksum() != answer.Read {
		return wire.Read{}, fmt.Errorf("answer %d with %d chunks was not asked for: %w", answer.Number, len(answer.Content), wire.ErrProtocol)
	}
	return f.Read, nil
}

// partInFlight returns an error unless answer is the part of the bundle that was to come next.
func (p *plan) partInFlight(answer wire.Packed) error {
	f, ok := p.flights[answer.Number]
	if !ok || len(f.Chunks) > 0 || f.Checksum() != answer.Read {
		return fmt.Errorf("answer %d with %d bytes of a bundle was not asked for: %w", answer.Number, answer.Bytes, wire.ErrProtocol)
	}
	if p.bundle == nil {
		return nil // there is none, or it was given up meanwhile
	}
	if from := f.Part.From; answer.Bytes != f.Part.Within(p.bundle.index.Size()) || answer.Bytes > 0 && from != p.bundle.got {
		return fmt.Errorf("%d bytes of a bundle from %d on came where those from %d on were to come: %w", answer.Bytes, from, p.bundle.got, wire.ErrProtocol)
	}
	p.bundle.got += answer.Bytes
	return nil
}

// landed notes that the answer to a read in flight is here, stored, and cost wire bytes.
func (p *plan) landed(now time.Time, number uint32, wire int) {
	f := p.flights[number]
	p.flow.arrived(now, wire, p.pace.flying > p.pace.size()/2)
	delete(p.flights, number)
	if len(p.flights) == 0 {
		defer p.flow.idle()
	}
	p.count[lane(f.Demand)]--
	if f.greeted {
		p.pace.unmeasured(f.expected)
	} else {
		p.pace.arrived(now, sample{took: now.Sub(f.sent), bytes: f.outstanding}, wire, f.expected)
	}
	if len(f.Chunks) > 0 {
		p.mean += (float64(wire)/float64(len(f.Chunks)) - p.mean) / 8
	}
	for _, c := range f.Chunks {
		p.arrive(c)
	}
	p.advance()
}

// arrive notes that c is here.
func (p *plan) arrive(c wire.Chunk) {
	p.have.add(c)
	if w := p.wants[c]; w != nil {
		close(w.here)
		delete(p.wants, c)
	}
}

// settle notes that c need not be fetched any more.
func (p *plan) settle(c wire.Chunk) {
	p.have.add(c)
	p.advance()
}

func (p *plan) advance() {
	for p.loaded < len(p.ahead) && p.have.has(p.ahead[p.loaded]) {
		p.loaded++
	}
}

// oldest returns when the oldest read in flight was sent.
func (p *plan) oldest() (sent time.Time, any bool) {
	for _, f := range p.flights {
		if !any || f.sent.Before(sent) {
			sent, any = f.sent, true
		}
	}
	return sent, any
}

// broken takes back what was in flight: what a reader awaits becomes a demand again, and the
// read-ahead starts over with what is not here.
func (p *plan) broken() {
	var again []wire.Chunk
	for _, number := range slices.Sorted(maps.Keys(p.flights)) {
		for _, c := range p.flights[number].Chunks {
			switch w := p.wants[c]; {
			case w == nil: // it came in the bundle
			case w.awaited:
				again = append(again, c)
			default:
				delete(p.wants, c)
			}
		}
	}
	clear(p.flights)
	p.demands = append(again, p.demands...)
	p.count = [2]int{}
	p.again()
	if p.bundle != nil {
		p.bundle.asked = p.bundle.got
	}
	p.pace.broken()
}

// lane returns where in count flights stand: 1 for demands, 0 for read-ahead.
func lane(demand bool) int {
	if demand {
		return 1
	}
	return 0
}
