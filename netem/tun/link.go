package tun

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os/exec"
	"sync"

	"golang.org/x/sys/unix"

	"vmstudy/netem"
	"vmstudy/netem/namespace"
	"vmstudy/netem/pump"
	"vmstudy/study"
)

// Link is an emulated path between two of Linux's TCP stacks. It implements netem.Link.
type Link struct {
	*pump.Wire
	*namespace.Sockets
	place     place
	near, far *device
	running   sync.WaitGroup

	closed sync.Once
	failed error // the result of Close
}

var _ netem.Link = (*Link)(nil)

// New returns a link with network n; the caller must Close it. Its namespaces are named after name;
// see namespace.SetMark. The seed decides which packets are lost and how delays vary, so store it with
// the data. traces may be nil: then the link has only the traces that come with the program.
func (m *Maker) New(name string, traces *netem.Traces, n study.Network, seed uint64) (*Link, error) {
	if err := n.Validate(); err != nil {
		return nil, fmt.Errorf("open link %s: %w", name, err)
	}
	place, fds, err := m.place(name, n.Congestion)
	if err != nil {
		return nil, fmt.Errorf("open link %s: %w", name, err)
	}
	l, err := join(place, fds, traces, seed)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open link %s: %w", name, err), place.Close())
	}
	if err := l.Set(n); err != nil {
		return nil, errors.Join(fmt.Errorf("open link %s: %w", name, err), l.Close())
	}
	return l, nil
}

// join makes the wire between two devices, whose descriptors it takes over, and starts their
// goroutines.
func join(p place, fds [2]int, traces *netem.Traces, seed uint64) (*Link, error) {
	near, err := newDevice(fds[0])
	if err != nil {
		closeAll(fds[1])
		return nil, err
	}
	far, err := newDevice(fds[1])
	if err != nil {
		return nil, errors.Join(err, near.file.Close())
	}
	l := &Link{place: p, near: near, far: far, Sockets: namespace.NewSockets(p.Socket)}
	l.Wire = pump.NewWire(traces, rand.NewPCG(seed, 0), near.deliver, far.deliver)
	near.out, near.peer = l.From(netem.Near), far
	far.out, far.peer = l.From(netem.Far), near
	for _, d := range []*device{near, far} {
		l.running.Go(d.run)
	}
	return l, nil
}

// StartNear starts a program at the near end. The link and a loopback are its only networks. If it
// outlives the link, it has no network any more.
func (l *Link) StartNear(cmd *exec.Cmd) error { return l.place.Start(cmd) }

// Set changes the network in both directions. It fails if the link is closed.
func (l *Link) Set(n study.Network) error {
	if err := n.Validate(); err != nil {
		return fmt.Errorf("set link: %w", err)
	}
	if l.Alive().Err() != nil {
		return fmt.Errorf("set link: %w", net.ErrClosed)
	}
	c, err := l.Resolve(n)
	if err == nil {
		err = l.SetCongestion(n.Congestion)
	}
	if err != nil {
		return fmt.Errorf("set link: %w", err)
	}
	l.Wire.Set(c)
	return nil
}

// Close ends every connection, listener and goroutine of the link, and removes its namespaces.
// Packets under way are lost.
func (l *Link) Close() error {
	l.closed.Do(func() {
		l.Cut()
		l.Wire.Close()
		err := errors.Join(l.near.file.Close(), l.far.file.Close())
		l.running.Wait()
		l.failed = errors.Join(err, l.place.Close())
	})
	return l.failed
}

// String names the namespaces of the link, and describes both chains with their parameters and seeds.
func (l *Link) String() string { return l.place.String() + ": " + l.Wire.String() }

func closeAll(fds ...int) {
	for _, fd := range fds {
		if fd >= 0 {
			unix.Close(fd)
		}
	}
}
