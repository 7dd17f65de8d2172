package stream

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"vmstudy/stream/forecast"
	"vmstudy/stream/plan"
	"vmstudy/stream/wire"
)

// ErrClosed is what readers get after Close.
var ErrClosed = errors.New("stream closed")

// Dial connects to the origin.
type Dial func(context.Context) (net.Conn, error)

// Options of a near end. With the zero Options, only demands are sent.
type Options struct {
	Strategy forecast.Name // what to bring ahead of need; "" means forecast.None
	// Push, if not nil, makes what is asked instead of Strategy.
	Push     func(forecast.Shape) forecast.Strategy
	Bundle   string           // the name of a bundle that the origin may offer, and that is to be brought first; "" means none
	Traces   []forecast.Trace // what the strategy learns from; all must be of the origin's content
	Dir      string           // where the sparse files of the images are, which have no names; "" means os.TempDir
	Patience time.Duration    // how long to try without progress after a connection broke; 0 means a minute
	Cache    Cache            // the stream begins with what it has, and adds what comes; nil means that there is none
	Stalled  func(Stall)      // is called for every wait that a person may feel; may be nil
}

// Near is the near end of a stream: the images of one origin, as they arrive. Its planner decides what to ask for. Near itself
// has the lock, the connection and the files.
type Near struct {
	dial     Dial
	wants    string // the name of a bundle
	patience time.Duration
	layout   wire.Layout
	images   []*Image
	stalled  func(Stall)
	cache    Cache         // may be nil
	wake     chan struct{} // gets a value when there may be something to ask for
	parts    chan []byte   // parts of the bundle that are to be unpacked
	learned  chan struct{} // closed when the strategy has made its first plan
	stumble  chan struct{} // gets a value when it is better to hold the machine
	whole    chan struct{} // closed when everything is here
	allHere  sync.Once     // for closing whole
	ended    context.Context
	end      context.CancelCauseFunc
	running  sync.WaitGroup

	mu      sync.Mutex
	planner *plan.Planner
	outage  outage
	changed chan struct{} // closed and replaced when chunks arrived
}

// Open connects to an origin and begins to read ahead. The strategy's plan may come a little later. If ctx ends, opening ends;
// an open Near lives until Close. If a trace is of other content than the origin serves, the error is of kind
// study.ErrConflict.
func Open(ctx context.Context, dial Dial, o Options) (*Near, error) {
	if o.Strategy == "" {
		o.Strategy = forecast.None
	}
	learn, err := forecast.Learner(o.Strategy)
	if err != nil {
		return nil, fmt.Errorf("open stream: %w", err)
	}
	if o.Push != nil {
		learn = func([]forecast.Trace) func(forecast.Shape) forecast.Strategy { return o.Push }
	}
	var choose func(forecast.Shape) forecast.Strategy
	var learning sync.WaitGroup // the strategy learns while the origin is greeted and the machine is prepared
	learning.Go(func() { choose = learn(o.Traces) })
	var asked []wire.Read
	if o.Bundle != "" && o.Cache == nil { // with a cache, most of the bundle may be here already
		asked = plan.Early()
	}
	conn, err := greetOrigin(ctx, dial, o.Bundle, asked)
	if err != nil {
		return nil, fmt.Errorf("open stream: %w", err)
	}
	n, err := newNear(dial, conn, o)
	if err != nil {
		conn.close()
		return nil, fmt.Errorf("open stream of %q: %w", conn.layout.Content, err)
	}
	unpack := n.planner.Begin(conn.bundle, conn.asked, asked)
	n.ended, n.end = context.WithCancelCause(context.WithoutCancel(ctx))
	if unpack {
		n.running.Go(func() { n.unpack(n.ended, conn.bundle.Groups) })
	}
	shape := plan.Shape(conn.layout, conn.holes)
	n.running.Go(func() {
		if err := n.run(n.ended, conn); !errors.Is(err, errWhole) {
			n.end(err)
		}
	})
	n.running.Go(func() {
		learning.Wait()
		n.begin(choose(shape))
	})
	return n, nil
}

// begin gives the planner a strategy that has learned. The link may be in use already.
func (n *Near) begin(s forecast.Strategy) {
	defer close(n.learned)
	first := s.Begin()
	n.mu.Lock()
	defer n.mu.Unlock()
	n.planner.Learned(s, first)
	n.nudge()
}

func newNear(dial Dial, conn *originConn, o Options) (*Near, error) {
	planner, err := plan.New(conn.layout, conn.holes, o.Traces)
	if err != nil {
		return nil, err
	}
	if o.Dir == "" {
		o.Dir = os.TempDir()
	}
	if o.Patience == 0 {
		o.Patience = time.Minute
	}
	n := &Near{
		dial: dial, wants: o.Bundle, patience: o.Patience, stalled: o.Stalled, cache: o.Cache, layout: conn.layout, planner: planner,
		wake: make(chan struct{}, 1), parts: make(chan []byte, wire.MaxReads), changed: make(chan struct{}), stumble: make(chan struct{}, 1),
		learned: make(chan struct{}), whole: make(chan struct{}),
	}
	n.planner.Came(conn.newBytes())
	if n.cache != nil {
		n.planner.Recall(n.cache.Known(n.layout.Content))
	}
	for i, info := range n.layout.Images {
		im, err := newImage(n, i, info, o.Dir)
		if err != nil {
			return nil, errors.Join(err, n.closeImages())
		}
		n.images = append(n.images, im)
	}
	return n, nil
}

// Images returns the images in the origin's order.
func (n *Near) Images() []*Image { return n.images }

// Content returns the id of what is in the images.
func (n *Near) Content() string { return n.layout.Content }

// Done is closed when the Near has ended: it was closed, or has lost the origin for good. Err says which.
func (n *Near) Done() <-chan struct{} { return n.ended.Done() }

// Whole is closed when every chunk of every image is here. The Near then needs its origin no more, and hangs up.
func (n *Near) Whole() <-chan struct{} { return n.whole }

// errWhole says that everything is here.
var errWhole = errors.New("everything is here")

// Err returns nil while the Near lives, ErrClosed after Close, or else why the origin was given up.
func (n *Near) Err() error { return context.Cause(n.ended) }

// Close ends every read with ErrClosed, closes the connection, and frees the local files. It returns when all of that is done.
// It may be called again.
func (n *Near) Close() error {
	n.end(ErrClosed)
	n.running.Wait()
	return n.closeImages()
}

// fail ends the Near because what the machine wrote could not be kept. The kernel may already have told the machine that it was
// written. So the machine must not go on with the old content.
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

// waitFor waits until ready is closed, ctx ends or the Near ends. If ready is closed, it returns nil whatever else has ended.
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

// Trace returns the first accesses so far. Their times do not include waits for the network.
func (n *Near) Trace() forecast.Trace {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.planner.Trace()
}

// Passed returns how much time has passed for the machine since its first access, how often the machine has begun to wait, and
// whether it waits now. Time in which a reader waits for the network, or has just waited, does not count.
func (n *Near) Passed() (d time.Duration, begun int64, waits bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.planner.Passed(time.Now())
}

// Stats returns the counters so far.
func (n *Near) Stats() plan.Stats {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.planner.Stats()
}

// Progress returns how much of the read-ahead has come.
func (n *Near) Progress() plan.Progress {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.planner.Progress()
}
