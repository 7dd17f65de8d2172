package userspace

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"

	"vmstudy/netem"
	"vmstudy/study"
)

// The two ends have addresses that RFC 5737 keeps for examples. They exist only inside
// their link: any number of links may use them at once.
var (
	nearAddress = tcpip.AddrFrom4([4]byte{192, 0, 2, 1})
	farAddress  = tcpip.AddrFrom4([4]byte{192, 0, 2, 2})
)

// Link is an emulated path inside this process. It implements netem.Link.
type Link struct {
	near, far *host
	up, down  *pump
	traces    *netem.Traces

	open   context.Context // ends with net.ErrClosed when Close begins
	end    context.CancelCauseFunc
	closed sync.Once

	mu        sync.Mutex
	listeners map[*listener]bool
}

var _ netem.Link = (*Link)(nil)

// New returns a link with condition n; the caller must Close it. The seed decides which
// packets are lost and how delays vary: it belongs with the data. Of traces it knows those
// that come with the program.
func New(n study.Network, seed uint64) (*Link, error) { return NewWith(nil, n, seed) }

// NewWith is New for a link that also knows the given traces.
func NewWith(traces *netem.Traces, n study.Network, seed uint64) (*Link, error) {
	if err := n.Validate(); err != nil {
		return nil, fmt.Errorf("open link: %w", err)
	}
	l := &Link{traces: traces, listeners: make(map[*listener]bool)}
	l.open, l.end = context.WithCancelCause(context.Background())
	if err := l.connect(n, rand.NewPCG(seed, 0)); err != nil {
		l.Close()
		return nil, fmt.Errorf("open link: %w", err)
	}
	return l, nil
}

// connect builds the two hosts and the two pumps between them. The directions draw from
// seeds of their own, or they would lose the same packets.
func (l *Link) connect(n study.Network, seeds *rand.PCG) (err error) {
	down, up := seeds.Uint64(), seeds.Uint64()
	if l.near, err = newHost(nearAddress, newChance(seeds.Uint64())); err != nil {
		return fmt.Errorf("near end: %w", err)
	}
	if l.far, err = newHost(farAddress, newChance(seeds.Uint64())); err != nil {
		return fmt.Errorf("far end: %w", err)
	}
	near, far := l.near.card, l.far.card
	l.down = newPump(netem.NewChain(study.Network{}, study.Downward, down), near.deliver)
	l.up = newPump(netem.NewChain(study.Network{}, study.Upward, up), far.deliver)
	near.out, near.peer = l.up, far
	far.out, far.peer = l.down, near
	return l.put(n)
}

// put puts n into effect in both directions, or in none.
func (l *Link) put(n study.Network) error {
	down, err := l.traces.OpenFor(n, study.Downward)
	if err != nil {
		return err
	}
	up, err := l.traces.OpenFor(n, study.Upward)
	if err != nil {
		return err
	}
	for _, h := range []*host{l.near, l.far} {
		if err := h.bePatient(longestTrip(n, down, up)); err != nil {
			return err
		}
	}
	l.up.set(n, up)
	l.down.set(n, down)
	return nil
}

// longestTrip returns how long a round trip under n can take: the longest that any phase sets,
// and the time to drain a full queue in both directions, in front of the lowest rate.
func longestTrip(n study.Network, down, up *netem.Trace) time.Duration {
	trip, lowest := n.RTT+2*n.Jitter, [...]study.Bitrate{n.Down, n.Up}
	for i, trace := range []*netem.Trace{down, up} {
		if trace != nil {
			lowest[i] = trace.Rate()
		}
	}
	for _, p := range n.Schedule.Phases {
		trip = max(trip, p.RTT+2*p.Jitter)
		for i, rate := range []study.Bitrate{p.Down, p.Up} {
			if rate > 0 && (lowest[i] == 0 || rate < lowest[i]) {
				lowest[i] = rate
			}
		}
	}
	for _, rate := range lowest {
		if rate > 0 {
			trip += netem.FullQueue(n, rate)
		}
	}
	return min(trip, patienceLimit)
}

// patienceLimit is the longest that TCP waits before it resends for the first time.
const patienceLimit = 30 * time.Second

// DialNear connects from the near end to a listener at the far end.
func (l *Link) DialNear(ctx context.Context, port int) (net.Conn, error) {
	to, err := farPort(port)
	if err != nil {
		return nil, fmt.Errorf("dial: %w", err)
	}
	// The dial ends with ctx or with the link, whichever comes first.
	dialing, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(l.open, cancel)()
	c, err := gonet.DialContextTCP(dialing, l.near.stack, to, ipv4.ProtocolNumber)
	if err != nil {
		return nil, fmt.Errorf("dial far port %d: %w", port, l.reason(ctx, err))
	}
	return &conn{TCPConn: c}, nil
}

// reason returns why a dial failed: a link that closes may show as many errors.
func (l *Link) reason(ctx context.Context, err error) error {
	for _, ended := range []context.Context{ctx, l.open} {
		if ended.Err() != nil {
			return context.Cause(ended)
		}
	}
	return err
}

// ListenFar listens at the far end.
func (l *Link) ListenFar(port int) (net.Listener, error) {
	at, err := farPort(port)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open.Err() != nil {
		return nil, fmt.Errorf("listen on far port %d: %w", port, net.ErrClosed)
	}
	inner, err := l.far.listen(at)
	if err != nil {
		return nil, fmt.Errorf("listen on far port %d: %w", port, err)
	}
	outer := &listener{TCPListener: inner, forget: l.forget}
	l.listeners[outer] = true
	return outer, nil
}

func (l *Link) forget(gone *listener) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.listeners, gone)
}

func farPort(port int) (tcpip.FullAddress, error) {
	if port < 1 || port > 65535 {
		return tcpip.FullAddress{}, fmt.Errorf("port %d: %w", port, study.ErrInvalid)
	}
	return tcpip.FullAddress{NIC: nicID, Addr: farAddress, Port: uint16(port)}, nil
}

// Set changes the condition in both directions. It fails on a link that is closed.
func (l *Link) Set(n study.Network) error {
	if err := n.Validate(); err != nil {
		return fmt.Errorf("set link: %w", err)
	}
	if l.open.Err() != nil {
		return fmt.Errorf("set link: %w", net.ErrClosed)
	}
	if err := l.put(n); err != nil {
		return fmt.Errorf("set link: %w", err)
	}
	return nil
}

// Counters returns what was handed over at either end so far, and what was dropped.
func (l *Link) Counters() study.LinkReport {
	var r study.LinkReport
	r.PacketsUp, r.BytesUp, r.CausesUp = l.up.counted()
	r.PacketsDown, r.BytesDown, r.CausesDown = l.down.counted()
	r.DropsUp, r.DropsDown = r.CausesUp.Total(), r.CausesDown.Total()
	return r
}

// TakeWaits returns how long packets waited in the queues of the two directions since it was
// last called.
func (l *Link) TakeWaits() (down, up netem.Waits) { return l.down.takeWaits(), l.up.takeWaits() }

// Close ends every connection, listener and goroutine of the link. What is on its way
// is lost. It returns nil.
func (l *Link) Close() error {
	l.closed.Do(l.tearDown)
	return nil
}

// tearDown also undoes what a failed New has built, in the order in which packets flow:
// who sends, who carries, who is waited for.
func (l *Link) tearDown() {
	l.end(net.ErrClosed)
	for _, one := range l.takeListeners() {
		one.Close()
	}
	for _, h := range []*host{l.near, l.far} {
		if h != nil {
			h.stack.Close()
		}
	}
	for _, p := range []*pump{l.up, l.down} {
		if p != nil {
			p.close()
		}
	}
	for _, h := range []*host{l.near, l.far} {
		if h != nil {
			h.stack.Wait()
		}
	}
}

func (l *Link) takeListeners() []*listener {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []*listener
	for one := range l.listeners {
		all = append(all, one)
	}
	return all
}

// String says what the link is: both chains with their parameters and seeds.
func (l *Link) String() string { return l.down.describe() + "; " + l.up.describe() }
