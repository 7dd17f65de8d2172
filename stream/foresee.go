package stream

import (
	"context"
	"fmt"
	"slices"
	"time"

	"vmstudy/stream/forecast"
	"vmstudy/stream/wire"
	"vmstudy/study"
)

// fits refuses traces that are not of what l lays out; its kind is study.ErrConflict.
func fits(l wire.Layout, traces []Trace) error {
	for _, t := range traces {
		if t.Content != l.Content && len(t.Accesses) > 0 {
			return fmt.Errorf("trace of %q: %w", t.Content, study.ErrConflict)
		}
		for _, a := range t.Accesses {
			if !l.Holds(a.Chunk) {
				return fmt.Errorf("trace names chunk %d of image %d: %w", a.Index, a.Image, study.ErrConflict)
			}
		}
	}
	return nil
}

// shapeOf tells a strategy what there is to choose from.
func shapeOf(l wire.Layout, empty chunkSet) forecast.Shape {
	s := forecast.Shape{Empty: empty.has}
	for _, im := range l.Images {
		s.Images = append(s.Images, forecast.Extent{Name: im.Name, Chunks: uint32(wire.ChunksIn(im.Size))})
	}
	return s
}

// touch notes an access, and tells the strategy of the first to each chunk. Near.mu is held.
func (n *Near) touch(now time.Time, c wire.Chunk) {
	if at, first := n.firsts.access(now, c); first {
		n.stats.Accessed++
		if !n.plan.have.has(c) {
			n.stats.Missed++
		}
		n.chooser.Touched(c, at)
	}
}

// replan asks the strategy what to do about a chunk that somebody waits for and nobody had asked
// for. Near.mu is held.
func (n *Near) replan(c wire.Chunk) {
	for _, also := range n.chooser.Along(c) {
		n.plan.along(also)
	}
	if p, ok := n.chooser.Missed(c, n.firsts.elapsed(time.Now())); ok {
		n.adopt(p)
	}
}

// adopt takes over a plan, and says so if the machine had better be held. Near.mu is held.
func (n *Near) adopt(p forecast.Plan) {
	n.plan.adopt(p)
	if left, known := n.plan.left(); known && left > 0 && left >= p.Least {
		select {
		case n.stumble <- struct{}{}:
		default: // told already
		}
	}
}

// hinted asks the strategy once in a while without cause.
func (n *Near) hinted(now time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.firsts.start.IsZero() {
		return
	}
	at := n.firsts.elapsed(now)
	if at < n.hint {
		return
	}
	n.hint = at + forecast.HintEvery
	if p, ok := n.chooser.Hint(at); ok {
		p.Pause = false
		n.adopt(p)
	}
}

// Stumbles gets a value when the strategy would hold the machine until more is here: pause it,
// then call Buffer.
func (n *Near) Stumbles() <-chan struct{} { return n.stumble }

// Buffering is what a machine that is held waits for.
type Buffering struct {
	// Bytes is what has come on the wire: before the machine's first access since the connection began,
	// and later since the machine is held.
	Bytes int64
	// Of estimates what Bytes will be when the machine goes on. It is 0 while the rate of the link is not
	// known, since that decides how much must be here.
	Of   int64
	Left time.Duration // until then; 0 while it cannot be told
}

// bufferTick is how often a person who waits is told how far it is.
const bufferTick = 200 * time.Millisecond

// Buffer waits until the machine may go on: until so much of what is planned is here that the rest
// will come before it is due. tell hears every 200 ms how far that is. The time is not the
// machine's.
func (n *Near) Buffer(ctx context.Context, tell func(Buffering)) error {
	if err := n.waitFor(ctx, n.learned); err != nil {
		return fmt.Errorf("buffering: %w", err)
	}
	first := int64(0)
	if n.beginHold(time.Now()) {
		defer func() { n.endHold(time.Now()) }()
		first = n.Stats().WireBytes
	}
	return n.untilHere(ctx, first, func() (bool, float64) {
		enough := n.plan.hold()
		return n.plan.loaded >= enough, n.plan.missing(enough)
	}, tell)
}

// untilHere waits until what state tells of is here. state, which is called with Near.mu held, also
// returns how many bytes are still to come until the machine can go on. The first bytes on the wire came
// before what a person waits for.
func (n *Near) untilHere(ctx context.Context, first int64, state func() (here bool, left float64), tell func(Buffering)) error {
	tick := time.NewTicker(bufferTick)
	defer tick.Stop()
	for {
		n.mu.Lock()
		changed := n.changed
		here, left := state()
		b := Buffering{Bytes: n.stats.WireBytes - first, Left: n.plan.takes(left)}
		if n.plan.flow.known() > 0 {
			b.Of = b.Bytes + int64(left)
		}
		n.mu.Unlock()
		if here {
			return nil
		}
		select {
		case <-tick.C:
			tell(b)
		case <-changed:
		case <-n.ended.Done():
			return fmt.Errorf("buffering: %w", n.Err())
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// Fetch returns the whole of im, which it brings before anything else that is planned. It is for
// what is read before the machine runs: traces say that it was accessed at once. tell hears every
// 200 ms how far the loading is, with what Buffer will wait for afterwards.
func (n *Near) Fetch(ctx context.Context, im *Image, tell func(Buffering)) ([]byte, error) {
	if err := n.waitFor(ctx, n.learned); err != nil {
		return nil, fmt.Errorf("fetch %s: %w", im.Name, err)
	}
	last := uint32(wire.ChunksIn(im.Size)) - 1
	if err := n.restore(im, 0, last); err != nil {
		return nil, err
	}
	whole := make([]wire.Chunk, wire.ChunksIn(im.Size))
	for index := range whole {
		whole[index] = wire.Chunk{Image: im.number, Index: uint32(index)}
	}
	n.mu.Lock()
	n.plan.hurry(whole)
	n.mu.Unlock()
	n.nudge()
	missing := slices.Clone(whole)
	err := n.untilHere(ctx, 0, func() (bool, float64) {
		missing = n.plan.lacking(missing)
		return len(missing) == 0, n.plan.bytes(missing) + n.plan.missing(n.plan.hold(), im.number)
	}, tell)
	if err != nil {
		return nil, fmt.Errorf("fetch %s: %w", im.Name, err)
	}
	n.mu.Lock()
	n.readWhole(whole)
	n.mu.Unlock()
	content := make([]byte, im.Size)
	_, err = im.cache.ReadAt(content, 0)
	return content, err
}

// readWhole notes that chunks have been read before the machine ran. Near.mu is held.
func (n *Near) readWhole(chunks []wire.Chunk) {
	for _, c := range chunks {
		if !n.plan.empty.has(c) && n.firsts.seen.add(c) {
			n.stats.Accessed++
			n.before = append(n.before, Access{Chunk: c})
			n.chooser.Touched(c, n.firsts.latest)
		}
	}
}

// beginHold keeps the time until endHold out of the machine's. Before its first access the machine
// has no time, and it reports false.
func (n *Near) beginHold(now time.Time) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.firsts.start.IsZero() {
		return false
	}
	n.firsts.beginWait(now)
	return true
}

func (n *Near) endHold(now time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.firsts.endWait(now)
}
