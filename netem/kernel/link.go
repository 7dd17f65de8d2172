package kernel

import (
	"errors"
	"fmt"
	"net"
	"os/exec"
	"sync"
	"time"

	"github.com/vishvananda/netlink"

	"vmstudy/netem"
	"vmstudy/netem/namespace"
	"vmstudy/study"
)

// Link is an emulated path through the kernel. It implements netem.Link.
type Link struct {
	*namespace.Sockets
	mark      *namespace.Mark
	near, far *end
	seed      uint64
	closed    sync.Once

	mu   sync.Mutex        // guards the qdiscs, reading counters, and the fields below
	last *study.LinkReport // the final counters, set when the namespaces are removed
	plan *schedule         // nil before the first Set
}

var _ netem.Link = (*Link)(nil)

// end is one end of a link.
type end struct {
	*namespace.Namespace
	index int // of its interface
}

// New returns a link with network n; the caller must Close it. Its namespaces are named after name; see
// namespace.SetMark. The seed decides which packets are lost and how delays vary. Kernels before Linux
// 6.6 ignore it.
func New(name string, n study.Network, seed uint64) (*Link, error) {
	if err := Refuses(n); err != nil {
		return nil, fmt.Errorf("open link %s: %w", name, err)
	}
	l, err := prepare(name, seed, n.Congestion)
	if err != nil {
		return nil, fmt.Errorf("open link %s: %w", name, missing(err))
	}
	if err := l.Set(n); err != nil {
		return nil, errors.Join(fmt.Errorf("open link %s: %w", name, missing(err)), l.Close())
	}
	return l, nil
}

// String returns the names of the link's namespaces for "ip netns", its seed, and its network.
func (l *Link) String() string {
	says := fmt.Sprintf("%s and %s, seed %d", l.mark.Near(), l.mark.Far(), l.seed)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.plan != nil {
		says += ": " + l.plan.of.String()
	}
	return says
}

// prepare makes a link without qdiscs: two namespaces and the interfaces between them.
func prepare(name string, seed uint64, c study.CongestionControl) (*Link, error) {
	l := &Link{seed: seed}
	l.Sockets = namespace.NewSockets(l.socket)
	err := l.build(name, c)
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

func (l *Link) build(name string, c study.CongestionControl) (err error) {
	if l.mark, err = namespace.SetMark(name); err != nil {
		return err
	}
	for _, which := range []struct {
		end  **end
		name string
	}{{&l.near, l.mark.Near()}, {&l.far, l.mark.Far()}} {
		ns, err := namespace.New(which.name)
		if err != nil {
			return err
		}
		*which.end = &end{Namespace: ns}
	}
	if err := connect(l.near.Namespace, l.far.Namespace, l.mark.Card(), c); err != nil {
		return err
	}
	for _, e := range []*end{l.near, l.far} {
		err := e.Do(func() error {
			card, err := netlink.LinkByName(l.mark.Card())
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

// StartNear starts a program at the near end. The link and a loopback are its only networks. If it
// outlives the link, it has no network any more.
func (l *Link) StartNear(cmd *exec.Cmd) error { return l.near.Do(cmd.Start) }

// socket opens a socket at one end.
func (l *Link) socket(at netem.End) (fd int, err error) {
	end := l.near
	if at == netem.Far {
		end = l.far
	}
	err = end.Do(func() (err error) {
		fd, err = namespace.Socket()
		return err
	})
	return fd, err
}

// Set changes the network in both directions, and begins its schedule. Packets that wait for a rate keep
// their times, since sch_netem computes these when a packet arrives. Set fails if the link is closed.
func (l *Link) Set(n study.Network) error {
	if err := Refuses(n); err != nil {
		return fmt.Errorf("set link: %w", err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.Alive().Err() != nil {
		return fmt.Errorf("set link: %w", net.ErrClosed)
	}
	if err := l.SetCongestion(n.Congestion); err != nil {
		return fmt.Errorf("set link: %w", err)
	}
	l.plan.stop()
	l.plan = &schedule{of: n, began: time.Now()}
	if err := l.advance(l.plan); err != nil {
		return fmt.Errorf("set link: %w", err)
	}
	return nil
}

// Counters returns what was delivered at both ends so far, and what was dropped.
func (l *Link) Counters() study.LinkReport {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.last != nil {
		return *l.last
	}
	return l.count()
}

// count reads the counters of both ends. Counters that cannot be read are 0, which only happens if another
// program has removed the interfaces. The caller holds mu.
func (l *Link) count() study.LinkReport {
	var r study.LinkReport
	_ = l.near.Do(func() (err error) {
		r.PacketsDown, r.BytesDown, r.DropsUp, err = readCounters(l.near.index)
		return err
	})
	_ = l.far.Do(func() (err error) {
		r.PacketsUp, r.BytesUp, r.DropsDown, err = readCounters(l.far.index)
		return err
	})
	return r
}

// readCounters returns the IP packets and bytes that an interface of the calling thread's namespace has
// received, and the outgoing packets that its qdiscs have dropped.
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

// Close ends every connection and listener of the link and removes its namespaces. Packets under way
// are lost.
func (l *Link) Close() (err error) {
	l.closed.Do(func() { err = l.tearDown() })
	return err
}

// tearDown does the work of Close. It also cleans up after a failed New.
func (l *Link) tearDown() error {
	l.Cut()
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
			errs = append(errs, e.Do(e.unplug), e.Close())
		}
	}
	if l.mark != nil {
		errs = append(errs, l.mark.Remove())
	}
	return errors.Join(errs...)
}

// unplug removes the interface in the calling thread's namespace; its peer disappears with it. Closed
// connections with unsent data keep the namespace alive, so unplug also makes them give up soon.
func (e *end) unplug() error {
	namespace.HasteOrphans()
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
