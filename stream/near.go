package stream

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"sync"
	"time"

	"vmstudy/stream/forecast"
	"vmstudy/stream/wire"
)

// ErrClosed is what readers get after Close.
var ErrClosed = errors.New("stream closed")

// Dial connects to the origin.
type Dial func(context.Context) (net.Conn, error)

// Options of a near end. The zero Options fetch on demand only.
type Options struct {
	Strategy forecast.Name // what to bring besides; "" means forecast.None
	Bundle   string        // the name of one that the origin may offer, and that is to be brought first; "" means none
	Traces   []Trace       // what the strategy learns from; each of the origin's content
	CacheDir string        // where the sparse files lie (nameless); "" means os.TempDir
	Patience time.Duration // how long to try without progress after a connection broke; 0 means a minute
	Cache    Cache         // begin with what it holds, and fill it; nil begins with nothing and keeps nothing
	Stalled  func(Stall)   // hears of every wait that a person may feel; may be nil
}

// Near is the near end of a stream: the images of one origin, as they arrive.
type Near struct {
	dial     Dial
	wants    string // the name of a bundle
	patience time.Duration
	layout   wire.Layout
	images   []*Image
	stalled  func(Stall)
	cache    Cache         // may be nil
	wake     chan struct{} // there may be something to ask for
	parts    chan []byte   // of the bundle, to be unpacked
	learned  chan struct{} // closed when the strategy has made its first plan
	ended    context.Context
	end      context.CancelCauseFunc
	running  sync.WaitGroup

	mu      sync.Mutex
	chooser forecast.Strategy
	plan    *plan
	firsts  firsts
	before  []Access // of what was read whole; see Fetch
	stats   Stats
	outage  outage
	changed chan struct{}             // closed and replaced when chunks arrived
	stumble chan struct{}             // gets a value when the machine had better be held
	kept    map[wire.Chunk]wire.Place // here, but still in the cache
	wrong   map[wire.Chunk]bool       // came once without their hash
	hint    time.Duration             // of the machine's time, when the chooser is asked next
}

// Open connects to an origin and begins to read ahead, by a plan that may come a little later. ctx bounds the opening; after that the
// Near lives until Close. An error is of kind study.ErrConflict if the trace belongs to other
// content than the origin serves.
func Open(ctx context.Context, dial Dial, o Options) (*Near, error) {
	if o.Strategy == "" {
		o.Strategy = forecast.None
	}
	learn, err := forecast.Learner(o.Strategy)
	if err != nil {
		return nil, fmt.Errorf("open stream: %w", err)
	}
	var choose func(forecast.Shape) forecast.Strategy
	var learning sync.WaitGroup // while the origin is greeted and the machine is prepared
	learning.Go(func() { choose = learn(o.Traces) })
	var asked []wire.Read
	if o.Bundle != "" && o.Cache == nil { // a cache may well have most of it
		asked = early()
	}
	conn, err := greetOrigin(ctx, dial, o.Bundle, asked)
	if err != nil {
		return nil, fmt.Errorf("open stream: %w", err)
	}
	n, err := newNear(dial, conn.layout, conn.holes, o)
	if err != nil {
		conn.close()
		return nil, fmt.Errorf("open stream of %q: %w", conn.layout.Content, err)
	}
	n.plan.accept(n.wanted(conn), conn.asked, asked)
	n.stats.WireBytes = conn.newBytes()
	n.ended, n.end = context.WithCancelCause(context.WithoutCancel(ctx))
	if n.plan.bundle != nil {
		n.running.Go(func() { n.unpack(n.ended, conn.bundle.Groups) })
	}
	n.running.Go(func() { n.end(n.run(n.ended, conn)) })
	n.running.Go(func() {
		learning.Wait()
		n.begin(choose(shapeOf(n.layout, n.plan.empty)))
	})
	return n, nil
}

// begin lets a strategy that has learned begin, with the link in use already.
func (n *Near) begin(chooser forecast.Strategy) {
	defer close(n.learned)
	plan := chooser.Begin()
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, a := range n.firsts.accesses { // QEMU has looked at the disk, maybe
		chooser.Touched(a.Chunk, a.At)
	}
	n.chooser = chooser
	n.plan.adopt(plan)
	n.nudge()
}

func newNear(dial Dial, l wire.Layout, h wire.Holes, o Options) (*Near, error) {
	if err := fits(l, o.Traces); err != nil {
		return nil, err
	}
	if o.CacheDir == "" {
		o.CacheDir = os.TempDir()
	}
	if o.Patience == 0 {
		o.Patience = time.Minute
	}
	n := &Near{
		dial: dial, wants: o.Bundle, patience: o.Patience, stalled: o.Stalled, cache: o.Cache, layout: l,
		plan: newPlan(l.Images), firsts: firsts{seen: newChunkSet(l.Images)}, hint: forecast.HintEvery,
		wake: make(chan struct{}, 1), parts: make(chan []byte, wire.MaxReads), changed: make(chan struct{}), stumble: make(chan struct{}, 1),
		wrong: map[wire.Chunk]bool{}, learned: make(chan struct{}), chooser: forecast.Nothing(),
	}
	n.plan.leaveOut(h)
	n.plan.price(l.Images, o.Traces)
	n.recall()
	for i, info := range l.Images {
		im, err := newImage(n, i, info, o.CacheDir)
		if err != nil {
			return nil, errors.Join(err, n.closeImages())
		}
		n.images = append(n.images, im)
	}
	return n, nil
}

// Images returns the images in the origin's order.
func (n *Near) Images() []*Image { return n.images }

// Content returns the id of what the images hold.
func (n *Near) Content() string { return n.layout.Content }

// Done closes when the Near has ended: closed, or the origin lost for good. Err says which.
func (n *Near) Done() <-chan struct{} { return n.ended.Done() }

// Err returns nil while the Near lives, ErrClosed after Close, else why the origin was given up.
func (n *Near) Err() error { return context.Cause(n.ended) }

// Close ends every reader with ErrClosed, leaves the origin, and gives the local files back.
// It waits for all of it, and may be called again.
func (n *Near) Close() error {
	n.end(ErrClosed)
	n.running.Wait()
	return n.closeImages()
}

// fail ends the Near because what the machine wrote could not be kept. The kernel may already have
// told the machine that it was: it must not go on with what was there before.
func (n *Near) fail(err error) error {
	err = unkept(err)
	n.end(err)
	return err
}

func (n *Near) closeImages() error {
	var errs []error
	for _, im := range n.images {
		if err := im.close(); !errors.Is(err, os.ErrClosed) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Loaded waits until there is a plan, and the first count chunks of it are here (all of them if there
// are fewer).
func (n *Near) Loaded(ctx context.Context, count int) error {
	if err := n.waitFor(ctx, n.learned); err != nil {
		return fmt.Errorf("plan: %w", err)
	}
	for {
		n.mu.Lock()
		here, changed := n.plan.loaded >= min(count, len(n.plan.ahead)), n.changed
		n.mu.Unlock()
		if here {
			return nil
		}
		if err := n.waitFor(ctx, changed); err != nil {
			return fmt.Errorf("load %d chunks: %w", count, err)
		}
	}
}

// waitFor waits until ready closes, ctx ends or the Near ends. What is ready is ready, whatever else ended.
func (n *Near) waitFor(ctx context.Context, ready <-chan struct{}) error {
	select {
	case <-ready:
		return nil
	default:
	}
	select {
	case <-ready:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-n.ended.Done():
		return n.Err()
	}
}

// await notes a read of chunks first to last of im and returns when all are here.
func (n *Near) await(ctx context.Context, im *Image, first, last uint32) error {
	if err := n.Err(); err != nil {
		return err
	}
	if err := n.restore(im, first, last); err != nil {
		return err
	}
	began := time.Now()
	missing := n.need(began, im, first, last)
	if len(missing) == 0 {
		return nil
	}
	n.nudge()
	var err error
	for _, here := range missing {
		if err = n.waitFor(ctx, here); err != nil {
			break
		}
	}
	n.endWait(began, len(missing))
	return err
}

// need returns what must close before chunks first to last of im are here. If anything must,
// a wait has begun.
func (n *Near) need(now time.Time, im *Image, first, last uint32) (missing []<-chan struct{}) {
	n.mu.Lock()
	defer n.mu.Unlock()
	missed := wire.Chunk{} // the first that nobody had asked for
	unasked := false
	for index := first; ; index++ {
		if c := (wire.Chunk{Image: im.number, Index: index}); !im.dirty[index] && !n.plan.empty.has(c) {
			n.touch(now, c)
			asked := n.plan.wants[c] != nil || n.plan.bundle.underway(c)
			if here := n.plan.need(c); here != nil {
				missing = append(missing, here)
				if !asked && !unasked {
					missed, unasked = c, true
				}
			}
		}
		if index == last { // not in the loop's condition: last may be the largest number
			break
		}
	}
	if len(missing) > 0 {
		n.firsts.beginWait(now)
	}
	if unasked {
		n.replan(missed)
	}
	return missing
}

// Trace returns the first accesses so far, waits for the network taken out.
func (n *Near) Trace() Trace {
	n.mu.Lock()
	defer n.mu.Unlock()
	return Trace{Content: n.layout.Content, Accesses: slices.Concat(n.before, n.firsts.accesses)}
}

// Passed returns how much time has passed for the machine since its first access: all in which no reader waited
// for the network, nor had just waited; how often the machine has begun to wait; and whether it waits now.
func (n *Near) Passed() (d time.Duration, begun int64, waits bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.firsts.start.IsZero() {
		return 0, 0, false
	}
	return n.firsts.passed(time.Now()), n.firsts.waits, n.firsts.waiting > 0
}
