package namespace

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"vmstudy/study"
)

// NearIP and FarIP are the addresses of the two ends. RFC 5737 keeps them for examples, and they
// exist only inside their link: any number of links may use them at once.
var (
	NearIP = net.IPv4(192, 0, 2, 1).To4()
	FarIP  = net.IPv4(192, 0, 2, 2).To4()
)

// maxBuffer is what a connection's buffers may grow to, in bytes. The kernel counts its own
// bookkeeping in, so about half of it is window: enough for 100 Mbps over 640 ms.
const maxBuffer = 16 << 20

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

// WriteSettings makes TCP what it is on every link, in the calling thread's namespace. Programs
// that are run in it have the congestion control c where the machine allows it; sockets of this
// process have it set on them. A namespace may only make its default what the machine's own allows,
// which is cubic on most machines but not on those that were built for BBR.
func WriteSettings(c study.CongestionControl) error {
	_ = setNet("ipv4/tcp_congestion_control", c.Name())
	for _, s := range settings {
		if err := setNet(s.name, s.value); err != nil {
			return err
		}
	}
	return nil
}

// CheckSettings finds out whether TCP in the calling thread's namespace is what it is on every
// link.
func CheckSettings() error {
	for _, s := range settings {
		got, err := os.ReadFile(filepath.Join("/proc/sys/net", s.name))
		if errors.Is(err, fs.ErrNotExist) && filepath.Dir(s.name) != "ipv4" {
			continue // no IPv6 here
		}
		if value := strings.Join(strings.Fields(string(got)), " "); err != nil || value != s.value {
			return fmt.Errorf("%s is %q, %w; want %q", s.name, value, err, s.value)
		}
	}
	return nil
}

// HasteOrphans has connections give up soon that were closed and still have something to send,
// in the calling thread's namespace, for when its link is gone. They would give up after a minute
// anyway, so what fails here does not matter.
func HasteOrphans() { _ = setNet("ipv4/tcp_orphan_retries", "1") }

// setNet writes a setting of the calling thread's namespace. A kernel without IPv6 has none
// of IPv6's.
func setNet(name, value string) error {
	err := os.WriteFile(filepath.Join("/proc/sys/net", name), []byte(value), 0)
	if errors.Is(err, fs.ErrNotExist) && filepath.Dir(name) != "ipv4" {
		return nil
	}
	return err
}

// SetUp gives an interface of the calling thread's namespace an address, and turns it and the
// loopback on. From then on whole packets pass.
func SetUp(name string, own net.IP) (netlink.Link, error) {
	if loopback, err := netlink.LinkByName("lo"); err != nil {
		return nil, err
	} else if err := netlink.LinkSetUp(loopback); err != nil {
		return nil, fmt.Errorf("loopback: %w", err)
	}
	card, err := netlink.LinkByName(name)
	if err != nil {
		return nil, err
	}
	if err := wholePackets(card); err != nil {
		return nil, err
	}
	address := &net.IPNet{IP: own, Mask: net.CIDRMask(24, 32)}
	if err := netlink.AddrAdd(card, &netlink.Addr{IPNet: address}); err != nil {
		return nil, fmt.Errorf("address %s: %w", address, err)
	}
	return card, netlink.LinkSetUp(card)
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

// Socket opens a TCP socket in the calling thread's namespace.
func Socket() (int, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, unix.IPPROTO_TCP)
	return fd, os.NewSyscallError("socket", err)
}
