package stream

import (
	"context"
	"fmt"
	"slices"
	"time"

	"vmstudy/stream/wire"
)

// Stumbles gets a value when it is better to hold the machine until more is here. Then pause the machine, and call Buffer.
func (n *Near) Stumbles() <-chan struct{} { return n.stumble }

// Buffering says what a machine that is held waits for.
type Buffering struct {
	// Bytes is how much has come on the wire: before the machine's first access since the connection began, and later
	// since the machine is held.
	Bytes int64
	// Of is an estimate of what Bytes will be when the machine goes on. How much must be here depends on the rate of the
	// link. While that is not known, Of is 0.
	Of   int64
	Left time.Duration // how long that will take; 0 while it is not known
}

// bufferTick is how often a person who waits is told how much has come.
const bufferTick = 200 * time.Millisecond

// Loaded waits until there is a plan, and its first count chunks are here (all of them if there are fewer).
func (n *Near) Loaded(ctx context.Context, count int) error {
	if err := n.waitFor(ctx, n.learned); err != nil {
		return fmt.Errorf("plan: %w", err)
	}
	for {
		n.mu.Lock()
		here, changed := n.planner.Loaded(count), n.changed
		n.mu.Unlock()
		if here {
			return nil
		}
		if err := n.waitFor(ctx, changed); err != nil {
			return fmt.Errorf("load %d chunks: %w", count, err)
		}
	}
}

// Buffer waits until the machine may go on: until so much of the plan is here that the rest will come before the machine
// needs it. tell is called every 200 ms with how much has come. The wait does not count as the machine's time.
func (n *Near) Buffer(ctx context.Context, tell func(Buffering)) error {
	if err := n.waitFor(ctx, n.learned); err != nil {
		return fmt.Errorf("buffering: %w", err)
	}
	first := int64(0)
	n.mu.Lock()
	if n.planner.BeginHold(time.Now()) {
		defer func() {
			n.mu.Lock()
			defer n.mu.Unlock()
			n.planner.EndHold(time.Now())
		}()
		first = n.planner.Stats().WireBytes
	}
	n.mu.Unlock()
	return n.untilHere(ctx, first, n.planner.Enough, tell)
}

// untilHere waits until state says that everything is here. state is called with Near.mu locked. It also returns how many
// bytes are still to come until the machine can go on. first is how many bytes had come on the wire before this wait.
func (n *Near) untilHere(ctx context.Context, first int64, state func() (here bool, left float64), tell func(Buffering)) error {
	tick := time.NewTicker(bufferTick)
	defer tick.Stop()
	for {
		n.mu.Lock()
		changed := n.changed
		here, left := state()
		b := Buffering{Bytes: n.planner.Stats().WireBytes - first, Left: n.planner.Takes(left)}
		if n.planner.RateKnown() {
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

// Fetch returns the whole of im. It fetches im before everything else that is planned. It is for what is read before the
// machine runs; in traces it is accessed at the beginning. tell is called every 200 ms with how much has come. That includes
// what Buffer will wait for afterwards.
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
	n.planner.Hurry(whole)
	n.mu.Unlock()
	n.nudge()
	missing := slices.Clone(whole)
	err := n.untilHere(ctx, 0, func() (bool, float64) {
		missing = n.planner.Lacking(missing)
		return len(missing) == 0, n.planner.UntilRead(missing, im.number)
	}, tell)
	if err != nil {
		return nil, fmt.Errorf("fetch %s: %w", im.Name, err)
	}
	n.mu.Lock()
	n.planner.ReadWhole(whole)
	n.mu.Unlock()
	content := make([]byte, im.Size)
	_, err = im.came.ReadAt(content, 0)
	return content, err
}
