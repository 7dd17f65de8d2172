package plan

import (
	"fmt"
	"slices"
	"time"

	"vmstudy/stream/forecast"
	"vmstudy/stream/wire"
	"vmstudy/study"
)

// leastMean keeps a run of chunks that compress to nothing from making the next reads, of
// full chunks, much larger than meant. Bytes a chunk; only of those whose cost is not known.
const leastMean = 256

// Planner knows which chunks are here, wanted and in flight, and decides what to ask for next.
type Planner struct {
	layout   wire.Layout
	strategy forecast.Strategy
	clock    clock
	whole    []forecast.Access // of what was read whole, before the machine ran
	hintAt   time.Duration     // of the machine's time, when the strategy is asked next
	stats    Stats

	here    set
	lacks   int64                     // how many chunks are not in here
	empty   set                       // those of here that are zeros and never had to come
	written set                       // those of here that the machine wrote
	kept    map[wire.Chunk]wire.Place // those of here that still lie in the near cache only
	damaged map[wire.Chunk]bool       // came once without their hash
	wanted  map[wire.Chunk]*want      // not here, and asked for or to be asked for
	costs   [][]float64               // bytes on the wire, by image and index, as far as known; 0 is not known
	mean    float64                   // bytes on the wire that a chunk took lately

	demands []wire.Chunk  // to be asked for, oldest first
	urgent  []wire.Chunk  // come before all of ahead, whatever is planned meanwhile
	asking  int           // urgent[:asking] are here or in flight
	ahead   []wire.Chunk  // the plan
	cursor  int           // ahead[:cursor] are here or in flight
	loaded  int           // ahead[:loaded] are here
	latest  forecast.Plan // what the strategy planned last, without what was here by then: the beginning of ahead
	planned set           // used only while a plan is adopted

	bundle  *bundle
	flights map[uint32]flight // by number
	number  uint32            // of the latest flight
	count   [2]int            // flights of read-ahead, and of demands
	pace    pace
	flow    flow
}

// want is a chunk that is not here.
type want struct {
	here    chan struct{} // closed when it is
	awaited bool          // by a reader
}

// New returns a planner of images of which nothing is here but their holes. What chunks cost is learned
// from traces. An error is of kind study.ErrConflict if a trace is not of these images.
func New(l wire.Layout, h wire.Holes, traces []forecast.Trace) (*Planner, error) {
	if err := Fits(l, traces); err != nil {
		return nil, err
	}
	p := &Planner{
		layout: l, strategy: forecast.Nothing(), hintAt: forecast.HintEvery, clock: clock{seen: newSet(l.Images)},
		here: newSet(l.Images), empty: newSet(l.Images), written: newSet(l.Images), planned: newSet(l.Images),
		damaged: map[wire.Chunk]bool{}, wanted: map[wire.Chunk]*want{}, flights: map[uint32]flight{}, mean: wire.ChunkSize / 3,
	}
	for _, im := range l.Images {
		p.lacks += wire.ChunksIn(im.Size)
	}
	h.Each(func(c wire.Chunk) {
		p.empty.add(c)
		p.have(c)
	})
	p.learnCosts(traces)
	return p, nil
}

// Fits refuses traces that are not of the images of l; its kind is study.ErrConflict.
func Fits(l wire.Layout, traces []forecast.Trace) error {
	for _, t := range traces {
		if t.Content != l.Content && len(t.Accesses) > 0 {
			return fmt.Errorf("trace of %q: %w", t.Content, study.ErrConflict)
		}
		for _, a := range t.Accesses {
			if !l.Has(a.Chunk) {
				return fmt.Errorf("trace names chunk %d of image %d: %w", a.Index, a.Image, study.ErrConflict)
			}
		}
	}
	return nil
}

// Shape is what a strategy may know of images whose holes are h.
func Shape(l wire.Layout, h wire.Holes) forecast.Shape {
	empty := newSet(l.Images)
	h.Each(func(c wire.Chunk) { empty.add(c) })
	s := forecast.Shape{Empty: empty.has}
	for _, im := range l.Images {
		s.Images = append(s.Images, forecast.Extent{Name: im.Name, Chunks: uint32(wire.ChunksIn(im.Size))})
	}
	return s
}

// Learned lets a strategy begin that has learned meanwhile. first is what it plans to begin with.
func (p *Planner) Learned(s forecast.Strategy, first forecast.Plan) {
	for _, a := range p.clock.accesses { // the machine may have looked at its disk already
		s.Touched(a.Chunk, a.At)
	}
	p.strategy = s
	p.adopt(first)
}

// Loaded reports whether the first count chunks of the plan are here, or all if there are fewer.
func (p *Planner) Loaded(count int) bool { return p.loaded >= min(count, len(p.ahead)) }

// adopt takes over what the strategy plans. What is here already is left out, and what is planned
// twice counts once. What is in flight stays in the order, so that the machine can be held for it.
func (p *Planner) adopt(f forecast.Plan) {
	before := p.ahead[p.loaded:]
	if f.Instead {
		before = nil
	}
	p.bundle.sort(f.Dues)
	missing := make([]forecast.Due, 0, len(f.Dues))
	ahead := make([]wire.Chunk, 0, len(f.Dues)+len(before))
	p.planned.clear()
	for _, d := range f.Dues {
		if !p.here.has(d.Chunk) && p.planned.add(d.Chunk) {
			missing, ahead = append(missing, d), append(ahead, d.Chunk)
		}
	}
	f.Dues = missing
	for _, c := range before {
		if p.planned.add(c) {
			ahead = append(ahead, c)
		}
	}
	p.latest, p.ahead, p.cursor, p.loaded = f, ahead, 0, 0
	p.advance()
}

func (p *Planner) advance() {
	for p.loaded < len(p.ahead) && p.here.has(p.ahead[p.loaded]) {
		p.loaded++
	}
}

// Whole reports whether every chunk of every image is here.
func (p *Planner) Whole() bool { return p.lacks == 0 && len(p.kept) == 0 }

// have notes that c is here.
func (p *Planner) have(c wire.Chunk) {
	if p.here.add(c) {
		p.lacks--
	}
}

// Hurry asks for chunks before everything that is planned or will be.
func (p *Planner) Hurry(chunks []wire.Chunk) {
	for _, c := range chunks {
		if !p.here.has(c) {
			p.urgent = append(p.urgent, c)
		}
	}
}

// Lacking returns those of chunks that are not here, in the same memory.
func (p *Planner) Lacking(chunks []wire.Chunk) []wire.Chunk {
	return slices.DeleteFunc(chunks, p.here.has)
}

// arrive notes that c is here, and lets its readers go.
func (p *Planner) arrive(c wire.Chunk) {
	p.have(c)
	if w := p.wanted[c]; w != nil {
		close(w.here)
		delete(p.wanted, c)
	}
}
