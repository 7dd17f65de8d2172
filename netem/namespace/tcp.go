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

// NearIP and FarIP are the addresses of the two ends, which RFC 5737 reserves for documentation. They
// exist only inside a link, so any number of links may use them at the same time.
var (
	NearIP = net.IPv4(192, 0, 2, 1).To4()
	FarIP  = net.IPv4(192, 0, 2, 2).To4()
)

// maxBuffer is the size in bytes to which a connection's buffers may grow. It includes the kernel's
// overhead, so the window is about half of it: enough for 100 Mbps over 640 ms.
const maxBuffer = 16 << 20

// settings make TCP the same on every link, whatever the machine's own settings are. All are written,
// because kernels differ in which of them a new namespace inherits.
var settings = []struct{ name, value string }{
	{"ipv4/tcp_timestamps", "1"},
	{"ipv4/tcp_sack", "1"},
	{"ipv4/tcp_ecn", "0"},
	// Else a connection begins with the metrics of earlier connections.
	{"ipv4/tcp_no_metrics_save", "1"},
	{"ipv4/tcp_rmem", fmt.Sprintf("4096 1048576 %d", maxBuffer)},
	{"ipv4/tcp_wmem", fmt.Sprintf("4096 1048576 %d", maxBuffer)},
	// IPv6 would send router solicitations.
	{"ipv6/conf/all/disable_ipv6", "1"},
	{"ipv6/conf/default/disable_ipv6", "1"},
}

// WriteSettings sets up TCP in the calling thread's namespace as on every link. It also makes c the
// default congestion control, for programs that run in the namespace, if the machine allows that; most
// machines allow cubic, but those configured for BBR may not. Sockets of this process do not need
// the default, since their congestion control is set on each socket.
func WriteSettings(c study.CongestionControl) error {
	_ = setNet("ipv4/tcp_congestion_control", c.Name())
	for _, s := range settings {
		if err := setNet(s.name, s.value); err != nil {
			return err
		}
	}
	return nil
}

// CheckSettings reports whether the calling thread's namespace has the TCP settings of every link.
func CheckSettings() error {
	for _, s := range settings {
		got, err := os.ReadFile(filepath.Join("/proc/sys/net", s.name))
		if errors.Is(err, fs.ErrNotExist) && filepath.Dir(s.name) != "ipv4" {
			continue // this kernel has no IPv6
		}
		if err != nil {
			return fmt.Errorf("setting %s: %w", s.name, err)
		}
		if value := strings.Join(strings.Fields(string(got)), " "); value != s.value {
			return fmt.Errorf("%s is %q, want %q", s.name, value, s.value)
		}
	}
	return nil
}

// HasteOrphans makes closed connections with unsent data, in the calling thread's namespace, give up
// soon. It is for a link that is being closed. Errors do not matter, since the connections give up after
// a minute anyway.
func HasteOrphans() { _ = setNet("ipv4/tcp_orphan_retries", "1") }

// setNet writes a setting of the calling thread's namespace. It ignores settings of IPv6 on a kernel
// without IPv6.
func setNet(name, value string) error {
	err := os.WriteFile(filepath.Join("/proc/sys/net", name), []byte(value), 0)
	if errors.Is(err, fs.ErrNotExist) && filepath.Dir(name) != "ipv4" {
		return nil
	}
	return err
}

// SetUp gives an interface of the calling thread's namespace an address, and turns it and the loopback
// on. The interface carries unbundled packets only.
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

// wholePackets makes an interface carry packets of at most PacketSize instead of bundles of up to
// 64 KiB. Turning off the offloads is not enough: TCP still bundles, and Linux takes the bundle apart
// only behind the qdisc, which has counted it as one packet.
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
