package kernel

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"slices"
	"sync"
	"time"

	"github.com/vishvananda/netlink"

	"vmstudy/netem"
	"vmstudy/study"
)

// Link is an emulated path through the kernel. It implements netem.Link.
type Link struct {
	mark      *mark
	near, far *end
	seed      uint64

	alive  context.Context // ends with net.ErrClosed when Close begins
	end    context.CancelCauseFunc
	closed sync.Once
	open   open

	mu   sync.Mutex        // held while qdiscs or counters are looked at, and by Close
	last *study.LinkReport // what Counters says once the namespaces are gone
	plan *schedule         // nil before the first Set
}

var _ netem.Link = (*Link)(nil)

// end is one end of a link.
type end struct {
	*namespace
	index int // of its interface
}

// New returns a link with condition n; the caller must Close it. Its namespaces are called
// after name, which may be anything: of it, letters, digits and hyphens are kept, and a
// number makes it unique. The seed decides which packets are lost and how delays vary, from
// Linux 6.6 on; before, the kernel throws its own dice.
func New(name string, n study.Network, seed uint64) (*Link, error) {
	if err := Refuses(n); err != nil {
		return nil, fmt.Errorf("open link %s: %w", name, err)
	}
	l, err := prepare(name, seed)
	if err != nil {
		return nil, fmt.Errorf("open link %s: %w", name, missing(err))
	}
	if err := l.Set(n); err != nil {
		return nil, errors.Join(fmt.Errorf("open link %s: %w", name, missing(err)), l.Close())
	}
	return l, nil
}

// String says what the link is: its namespaces, where "ip netns" finds them, its seed, and the
// condition that it was told last.
func (l *Link) String() string {
	says := fmt.Sprintf("%s and %s, seed %d", l.mark.near(), l.mark.far(), l.seed)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.plan != nil {
		says += ": " + l.plan.of.String()
	}
	return says
}

// prepare makes a link without qdiscs: two namespaces and the wire between them.
func prepare(name string, seed uint64) (*Link, error) {
	l := &Link{seed: seed}
	l.alive, l.end = context.WithCancelCause(context.Background())
	err := l.build(name)
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

func (l *Link) build(name string) (err error) {
	if l.mark, err = setMark(name); err != nil {
		return err
	}
	for _, which := range []struct {
		end  **end
		name string
	}{{&l.near, l.mark.near()}, {&l.far, l.mark.far()}} {
		ns, err := newNamespace(which.name)
		if err != nil {
			return err
		}
		*which.end = &end{namespace: ns}
	}
	if err := connect(l.near.namespace, l.far.namespace, l.mark.card()); err != nil {
		return err
	}
	for _, e := range []*end{l.near, l.far} {
		err := e.do(func() error {
			card, err := netlink.LinkByName(l.mark.card())
			if err == nil {
				e.index = card.Attrs().Index
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// StartNear starts a program at the near end: of all networks it sees the link alone, and
// its own loopback. It outlives the link only without a network.
func (l *Link) StartNear(cmd *exec.Cmd) error { return l.near.do(cmd.Start) }

// FarAddress is the address at which programs of the near end find the far end.
func FarAddress() net.IP { return slices.Clone(farEnd.ip) }

// DialNear connects from the near end to a listener at the far end.
func (l *Link) DialNear(ctx context.Context, port int) (net.Conn, error) {
	to, err := farPort(port)
	if err != nil {
		return nil, fmt.Errorf("dial: %w", err)
	}
	// The dial ends with ctx or with the link, whichever comes first.
	dialing, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(l.alive, cancel)()
	// Packets that no condition asked for would be counted: so no keep-alives.
	dialer := net.Dialer{KeepAlive: -1, Control: onSocket}
	dialer.SetMultipathTCP(false)
	var dialled net.Conn
	err = l.near.do(func() (err error) {
		dialled, err = dialer.DialContext(dialing, "tcp4", to)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("dial far port %d: %w", port, l.reason(ctx, err))
	}
	c, err := l.open.remember(dialled.(*net.TCPConn))
	if err != nil {
		return nil, fmt.Errorf("dial far port %d: %w", port, err)
	}
	return c, nil
}

// reason returns why a dial failed: a link that closes may show as many errors.
func (l *Link) reason(ctx context.Context, err error) error {
	for _, ended := range []context.Context{ctx, l.alive} {
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
	if l.alive.Err() != nil {
		return nil, fmt.Errorf("listen on far port %d: %w", port, net.ErrClosed)
	}
	config := net.ListenConfig{KeepAlive: -1, Control: onSocket}
	config.SetMultipathTCP(false)
	var inner net.Listener
	err = l.far.do(func() (err error) {
		inner, err = config.Listen(l.alive, "tcp4", at)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("listen on far port %d: %w", port, l.reason(l.alive, err))
	}
	outer := &listener{TCPListener: inner.(*net.TCPListener), open: &l.open}
	if err := l.open.add(outer); err != nil {
		return nil, fmt.Errorf("listen on far port %d: %w", port, err)
	}
	return outer, nil
}

func farPort(port int) (string, error) {
	if port < 1 || port > 65535 {
		return "", fmt.Errorf("port %d: %w", port, study.ErrInvalid)
	}
	return (&net.TCPAddr{IP: farEnd.ip, Port: port}).String(), nil
}

// Set changes the condition in both directions, and begins its schedule. Packets that wait for a rate
// leave as they would have: sch_netem dates a packet when it comes. It fails on a link that
// is closed.
func (l *Link) Set(n study.Network) error {
	if err := Refuses(n); err != nil {
		return fmt.Errorf("set link: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.alive.Err() != nil {
		return fmt.Errorf("set link: %w", net.ErrClosed)
	}
	l.plan.stop()
	l.plan = &schedule{of: n, began: time.Now()}
	if err := l.advance(l.plan); err != nil {
		return fmt.Errorf("set link: %w", err)
	}
	return nil
}

// Counters returns what was handed over at either end so far, and what was dropped.
func (l *Link) Counters() study.LinkReport {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last != nil {
		return *l.last
	}
	return l.count()
}

// count reads the counters of both ends. What cannot be read is left 0: this can only be
// where somebody else took the interfaces away. The caller holds mu.
func (l *Link) count() study.LinkReport {
	var r study.LinkReport
	_ = l.near.do(func() (err error) {
		r.PacketsDown, r.BytesDown, r.DropsUp, err = readCounters(l.near.index)
		return err
	})
	_ = l.far.do(func() (err error) {
		r.PacketsUp, r.BytesUp, r.DropsDown, err = readCounters(l.far.index)
		return err
	})
	return r
}

// readCounters returns what came in through an interface of the calling thread's namespace,
// in IP packets and their bytes, and what its qdiscs dropped of what was to go out.
func readCounters(index int) (packets, bytes, dropped int64, err error) {
	card, err := netlink.LinkByIndex(index)
	if err != nil {
		return 0, 0, 0, err
	}
	in := card.Attrs().Statistics
	packets = int64(in.RxPackets)
	bytes = int64(in.RxBytes) - packets*etherHeader
	qdiscs, err := netlink.QdiscList(card)
	if err != nil {
		return 0, 0, 0, err
	}
	for _, q := range qdiscs {
		// The root's drops include those of the qdisc below it.
		if a := q.Attrs(); a.Parent == netlink.HANDLE_ROOT && a.Statistics != nil && a.Statistics.Queue != nil {
			dropped = int64(a.Statistics.Queue.Drops)
		}
	}
	return packets, bytes, dropped, nil
}

// Close ends every connection and listener of the link and removes its namespaces. What is
// on its way is lost.
func (l *Link) Close() (err error) {
	l.closed.Do(func() { err = l.tearDown() })
	return err
}

// tearDown also undoes what a failed New has built.
func (l *Link) tearDown() error {
	l.end(net.ErrClosed)
	l.open.cut()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.plan.stop()
	if l.near != nil && l.far != nil {
		report := l.count()
		l.last = &report
	}
	var errs []error
	for _, e := range []*end{l.near, l.far} {
		if e != nil {
			errs = append(errs, e.do(e.unplug), e.close())
		}
	}
	if l.mark != nil {
		errs = append(errs, l.mark.remove())
	}
	return errors.Join(errs...)
}

// unplug removes the interface, in the calling thread's namespace: with either one both are
// gone. A connection that was closed before the link, and still has something to send, keeps
// the namespace; it is told not to try for long.
func (e *end) unplug() error {
	_ = setNet("ipv4/tcp_orphan_retries", "1") // it would give up after a minute anyway
	card, err := netlink.LinkByIndex(e.index)
	var gone netlink.LinkNotFoundError
	if e.index == 0 || errors.As(err, &gone) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := netlink.LinkDel(card); err != nil {
		return fmt.Errorf("remove interface %s: %w", card.Attrs().Name, err)
	}
	return nil
}
