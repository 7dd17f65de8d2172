package userspace

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"

	"vmstudy/netem"
	"vmstudy/netem/pump"
	"vmstudy/study"
)

// The addresses of the two ends, which RFC 5737 reserves for documentation. They exist only inside a
// link, so any number of links may use them at the same time.
var (
	nearAddress = tcpip.AddrFrom4([4]byte{192, 0, 2, 1})
	farAddress  = tcpip.AddrFrom4([4]byte{192, 0, 2, 2})
)

// Link is an emulated path inside this process. It implements netem.Link.
type Link struct {
	*pump.Wire
	near, far *host

	open   context.Context // ends with net.ErrClosed when Close begins
	end    context.CancelCauseFunc
	closed sync.Once

	mu        sync.Mutex
	listeners map[*listener]bool
}

var _ netem.Link = (*Link)(nil)

// New returns a link with network n; the caller must Close it. The seed decides which packets are lost
// and how delays vary, so store it with the data. Traces must be among those that come with the program.
func New(n study.Network, seed uint64) (*Link, error) { return NewWith(nil, n, seed) }

// NewWith is New with further traces.
func NewWith(traces *netem.Traces, n study.Network, seed uint64) (*Link, error) {
	if err := n.Validate(); err != nil {
		return nil, fmt.Errorf("open link: %w", err)
	}
	l := &Link{listeners: make(map[*listener]bool)}
	l.open, l.end = context.WithCancelCause(context.Background())
	if err := l.connect(traces, n, rand.NewPCG(seed, 0)); err != nil {
		l.Close()
		return nil, fmt.Errorf("open link: %w", err)
	}
	return l, nil
}

// connect builds the two hosts and the wire between them.
func (l *Link) connect(traces *netem.Traces, n study.Network, seeds *rand.PCG) (err error) {
	near, far := newCard(), newCard()
	l.Wire = pump.NewWire(traces, seeds, near.deliver, far.deliver)
	near.out, near.peer = l.From(netem.Near), far
	far.out, far.peer = l.From(netem.Far), near
	if l.near, err = newHost(nearAddress, near, newChance(seeds.Uint64())); err != nil {
		return fmt.Errorf("near end: %w", err)
	}
	if l.far, err = newHost(farAddress, far, newChance(seeds.Uint64())); err != nil {
		return fmt.Errorf("far end: %w", err)
	}
	return l.put(n)
}

// put sets the link to n in both directions, or changes nothing if it returns an error.
func (l *Link) put(n study.Network) error {
	c, err := l.Resolve(n)
	if err != nil {
		return err
	}
	if n.Congestion == study.BBR {
		return study.Refuse(study.ErrInvalid, "the userspace way has no congestion control bbr: only cubic and reno")
	}
	for _, h := range []*host{l.near, l.far} {
		if err := errors.Join(h.bePatient(longestTrip(c)), h.setCongestion(n.Congestion)); err != nil {
			return err
		}
	}
	l.Wire.Set(c)
	return nil
}

// longestTrip returns the longest possible round-trip time over c: the longest one that n or a phase
// sets, plus the time to drain a full queue at the lowest rate, in both directions. It is at most
// patienceLimit.
func longestTrip(c pump.TracedNetwork) time.Duration {
	n := c.Network
	trip, lowest := n.RTT+2*n.Jitter, [...]study.Bitrate{n.Down, n.Up}
	for i, trace := range []*netem.Trace{c.Down, c.Up} {
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

// patienceLimit bounds the minimal retransmission time-out; see bePatient.
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

// reason returns why a dial failed: the cause of a context that has ended, else err. When a link closes,
// err may be any of several errors.
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

// Set changes the network in both directions. It fails if the link is closed.
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

// Close ends every connection, listener and goroutine of the link. Packets under way are lost. It
// returns nil.
func (l *Link) Close() error {
	l.closed.Do(l.tearDown)
	return nil
}

// tearDown closes the senders, then the wire, and then waits for the stacks. It also works after a
// failed New.
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
	l.Wire.Close()
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
