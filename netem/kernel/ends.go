package kernel

import (
	"fmt"
	"net"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"vmstudy/netem/namespace"
	"vmstudy/study"
)

// etherHeader is the size in bytes of an Ethernet header.
const etherHeader = 14

var (
	nearEnd = endAddress{namespace.NearIP, net.HardwareAddr{2, 0, 192, 0, 2, 1}}
	farEnd  = endAddress{namespace.FarIP, net.HardwareAddr{2, 0, 192, 0, 2, 2}}
)

type endAddress struct {
	ip  net.IP
	mac net.HardwareAddr
}

// connect joins two new namespaces by a pair of virtual Ethernet interfaces, both called name. The
// interfaces never appear in another namespace.
func connect(near, far *namespace.Namespace, name string, c study.CongestionControl) error {
	for _, n := range []*namespace.Namespace{near, far} {
		if err := n.Do(func() error { return namespace.WriteSettings(c) }); err != nil {
			return err
		}
	}
	err := near.Do(func() error {
		attrs := netlink.NewLinkAttrs()
		attrs.Name, attrs.MTU, attrs.HardwareAddr = name, study.PacketSize, nearEnd.mac
		return netlink.LinkAdd(&netlink.Veth{
			LinkAttrs: attrs, PeerName: name, PeerMTU: study.PacketSize, PeerHardwareAddr: farEnd.mac,
			PeerNamespace: netlink.NsFd(int(far.File().Fd())),
		})
	})
	if err != nil {
		return fmt.Errorf("make a veth pair: %w", err)
	}
	if err := near.Do(func() error { return configure(name, nearEnd, farEnd) }); err != nil {
		return fmt.Errorf("near end: %w", err)
	}
	if err := far.Do(func() error { return configure(name, farEnd, nearEnd) }); err != nil {
		return fmt.Errorf("far end: %w", err)
	}
	return nil
}

// configure configures the interface of one end, in the calling thread's namespace.
func configure(name string, own, other endAddress) error {
	card, err := namespace.SetUp(name, own.ip)
	if err != nil {
		return err
	}
	// With a permanent neighbour entry the end sends no ARP, which would be counted and delayed.
	return netlink.NeighAdd(&netlink.Neigh{
		LinkIndex: card.Attrs().Index, State: unix.NUD_PERMANENT, IP: other.ip, HardwareAddr: other.mac,
	})
}
