package tun

import (
	"errors"
	"fmt"
	"net"
	"os/exec"

	"github.com/vishvananda/netlink"

	"vmstudy/netem"
	"vmstudy/netem/namespace"
	"vmstudy/study"
)

// place is the two network namespaces of a link.
type place interface {
	// Socket opens a TCP socket at one end.
	Socket(at netem.End) (int, error)
	// Start starts a program at the near end.
	Start(cmd *exec.Cmd) error
	// Close removes the namespaces. The devices must be closed before.
	Close() error
	String() string
}

// ring is how many packets can wait in a device until this process reads them. A full device drops
// packets, which the network did not ask for. So there is room for more packets than the largest window
// of a connection has.
const ring = 16 << 10

// equip makes and configures the device of one end in the calling thread's namespace.
func equip(name string, own net.IP, c study.CongestionControl) (fd int, err error) {
	if err := namespace.WriteSettings(c); err != nil {
		return -1, err
	}
	if fd, err = openDevice(name); err != nil {
		return -1, err
	}
	defer func() {
		if err != nil {
			closeAll(fd)
		}
	}()
	card, err := netlink.LinkByName(name)
	if err != nil {
		return -1, err
	}
	if err := errors.Join(netlink.LinkSetMTU(card, study.PacketSize), netlink.LinkSetTxQLen(card, ring)); err != nil {
		return -1, fmt.Errorf("TUN device: %w", err)
	}
	if card, err = namespace.SetUp(name, own); err != nil {
		return -1, err
	}
	// The machine's default qdisc may pace, drop or reorder packets. The device needs no queue, since it
	// never makes a sender wait.
	attrs := netlink.QdiscAttrs{LinkIndex: card.Attrs().Index, Parent: netlink.HANDLE_ROOT}
	if err := netlink.QdiscReplace(&netlink.GenericQdisc{QdiscAttrs: attrs, QdiscType: "noqueue"}); err != nil {
		return -1, fmt.Errorf("no queueing discipline: %w", err)
	}
	return fd, nil
}

// named is a place whose namespaces this process made as root, with names for ip-netns(8).
type named struct {
	mark      *namespace.Mark
	near, far *namespace.Namespace
}

// newNamed returns a place and the descriptors of its devices, the near one first.
func newNamed(name string, c study.CongestionControl) (_ place, fds [2]int, err error) {
	p := &named{}
	if p.mark, err = namespace.SetMark(name); err != nil {
		return nil, fds, err
	}
	fds = [2]int{-1, -1}
	for i, end := range []struct {
		at   **namespace.Namespace
		name string
		ip   net.IP
	}{{&p.near, p.mark.Near(), namespace.NearIP}, {&p.far, p.mark.Far(), namespace.FarIP}} {
		if *end.at, err = namespace.New(end.name); err == nil {
			err = (*end.at).Do(func() (err error) {
				fds[i], err = equip(p.mark.Card(), end.ip, c)
				return err
			})
		}
		if err != nil {
			closeAll(fds[:]...)
			return nil, fds, errors.Join(err, p.Close())
		}
	}
	return p, fds, nil
}

func (p *named) end(at netem.End) *namespace.Namespace {
	if at == netem.Far {
		return p.far
	}
	return p.near
}

// Socket implements place.
func (p *named) Socket(at netem.End) (fd int, err error) {
	err = p.end(at).Do(func() (err error) {
		fd, err = namespace.Socket()
		return err
	})
	return fd, err
}

// Start implements place.
func (p *named) Start(cmd *exec.Cmd) error { return p.near.Do(cmd.Start) }

// Close implements place. It also cleans up after a failed newNamed.
func (p *named) Close() error {
	var errs []error
	for _, n := range []*namespace.Namespace{p.near, p.far} {
		if n != nil {
			errs = append(errs, n.Do(func() error { namespace.HasteOrphans(); return nil }), n.Close())
		}
	}
	return errors.Join(append(errs, p.mark.Remove())...)
}

// String returns the names of the namespaces for "ip netns".
func (p *named) String() string { return p.mark.Near() + " and " + p.mark.Far() }
