package kernel

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"vmstudy/study"
)

// etherHeader is what an Ethernet frame adds to the IP packet in it, in bytes.
const etherHeader = 14

// maxBuffer is what a connection's buffers may grow to, in bytes. The kernel counts its own
// bookkeeping in, so about half of it is window: enough for 100 Mbps over 640 ms.
const maxBuffer = 16 << 20

// The two ends have addresses that RFC 5737 keeps for examples. They exist only inside
// their link: any number of links may use them at once.
var (
	nearEnd = endAddress{net.IPv4(192, 0, 2, 1), net.HardwareAddr{2, 0, 192, 0, 2, 1}}
	farEnd  = endAddress{net.IPv4(192, 0, 2, 2), net.HardwareAddr{2, 0, 192, 0, 2, 2}}
)

type endAddress struct {
	ip  net.IP
	mac net.HardwareAddr
}

// settings make the TCP of every link the same, whatever the machine's own is. Which of them
// a new namespace inherits differs from kernel to kernel, so each is written.
var settings = []struct{ name, value string }{
	{"ipv4/tcp_timestamps", "1"},
	{"ipv4/tcp_sack", "1"},
	{"ipv4/tcp_ecn", "0"},
	// Else a connection begins with what the one before it had learnt of the path.
	{"ipv4/tcp_no_metrics_save", "1"},
	{"ipv4/tcp_rmem", fmt.Sprintf("4096 1048576 %d", maxBuffer)},
	{"ipv4/tcp_wmem", fmt.Sprintf("4096 1048576 %d", maxBuffer)},
	// IPv6 would send router solicitations that nobody asked for.
	{"ipv6/conf/all/disable_ipv6", "1"},
	{"ipv6/conf/default/disable_ipv6", "1"},
}

// setNet writes a setting of the calling thread's namespace. A kernel without IPv6 has none
// of IPv6's.
func setNet(name, value string) error {
	err := os.WriteFile(filepath.Join("/proc/sys/net", name), []byte(value), 0)
	if errors.Is(err, fs.ErrNotExist) && filepath.Dir(name) != "ipv4" {
		return nil
	}
	return err
}

// connect joins two new namespaces by a pair of virtual Ethernet interfaces, both called
// name. They appear in no other namespace, not even while they are made.
func connect(near, far *namespace, name string) error {
	for _, n := range []*namespace{near, far} {
		if err := n.do(writeSettings); err != nil {
			return err
		}
	}
	err := near.do(func() error {
		attrs := netlink.NewLinkAttrs()
		attrs.Name, attrs.MTU, attrs.HardwareAddr = name, study.PacketSize, nearEnd.mac
		return netlink.LinkAdd(&netlink.Veth{
			LinkAttrs: attrs, PeerName: name, PeerMTU: study.PacketSize, PeerHardwareAddr: farEnd.mac,
			PeerNamespace: netlink.NsFd(int(far.file.Fd())),
		})
	})
	if err != nil {
		return fmt.Errorf("make a veth pair: %w", err)
	}
	if err := near.do(func() error { return configure(name, nearEnd, farEnd) }); err != nil {
		return fmt.Errorf("near end: %w", err)
	}
	if err := far.do(func() error { return configure(name, farEnd, nearEnd) }); err != nil {
		return fmt.Errorf("far end: %w", err)
	}
	return nil
}

// congestionControl is how the senders of a link find their rate. It is set on each socket:
// a namespace may only make its default what the machine's own allows, which is cubic on
// most machines but not on those that were built for BBR.
const congestionControl = "cubic"

// onSocket is a net.Dialer.Control and net.ListenConfig.Control. What a listener accepts has
// its settings.
func onSocket(_, _ string, raw syscall.RawConn) error {
	var err error
	if failed := raw.Control(func(fd uintptr) {
		err = unix.SetsockoptString(int(fd), unix.IPPROTO_TCP, unix.TCP_CONGESTION, congestionControl)
	}); failed != nil {
		return failed
	}
	if err != nil {
		return fmt.Errorf("congestion control %s: %w", congestionControl, err)
	}
	return nil
}

func writeSettings() error {
	// For programs that others run in the namespace; see congestionControl.
	_ = setNet("ipv4/tcp_congestion_control", congestionControl)
	for _, s := range settings {
		if err := setNet(s.name, s.value); err != nil {
			return err
		}
	}
	return nil
}

// configure makes one end ready to talk to the other, in the calling thread's namespace.
func configure(name string, own, other endAddress) error {
	if loopback, err := netlink.LinkByName("lo"); err != nil {
		return err
	} else if err := netlink.LinkSetUp(loopback); err != nil {
		return fmt.Errorf("loopback: %w", err)
	}
	card, err := netlink.LinkByName(name)
	if err != nil {
		return err
	}
	if err := wholePackets(card); err != nil {
		return err
	}
	address := &net.IPNet{IP: own.ip, Mask: net.CIDRMask(24, 32)}
	if err := netlink.AddrAdd(card, &netlink.Addr{IPNet: address}); err != nil {
		return fmt.Errorf("address %s: %w", address, err)
	}
	if err := netlink.LinkSetUp(card); err != nil {
		return err
	}
	// Who already knows the other's address sends no ARP, which would be counted and delayed.
	return netlink.NeighAdd(&netlink.Neigh{
		LinkIndex: card.Attrs().Index, State: unix.NUD_PERMANENT, IP: other.ip, HardwareAddr: other.mac,
	})
}

// wholePackets makes an interface carry packets of PacketSize and not the bundles of up to
// 64 KiB that Linux carries where it can. Turning the offloads off is not enough: TCP bundles
// even then, and the bundle is taken apart only behind the qdisc, which has counted it as one.
func wholePackets(card netlink.Link) error {
	if err := offloadsOff(card.Attrs().Name); err != nil {
		return err
	}
	if err := netlink.LinkSetGSOMaxSegs(card, 1); err != nil {
		return fmt.Errorf("one segment a packet: %w", err)
	}
	return nil
}
