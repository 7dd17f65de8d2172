package userspace

import (
	"errors"
	"fmt"
	"math/rand"
	randv2 "math/rand/v2"
	"sync"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/waiter"

	"vmstudy/study"
)

const (
	nicID      = 1
	prefixBits = 24

	// A buffer may grow to 8 MiB, enough for 100 Mbps over 320 ms: half of it is window. What
	// is received starts with as little as under Linux, so that a transfer that finds its
	// speed overruns the queue by no more than there.
	minBuffer   = 4 << 10
	startBuffer = 128 << 10
	sendBuffer  = 1 << 20
	maxBuffer   = 8 << 20

	backlog = 4096 // connections that may wait for Accept, as under Linux
)

// host is one end of the link: a TCP/IP stack of its own with one network card.
type host struct {
	stack *stack.Stack
	card  *card
}

// noFirewall has no rules, so that all stacks can share it: none is ever added.
var noFirewall stack.IPTables

// newHost returns a host at the given address, with a card that is connected already.
func newHost(address tcpip.Address, with *card, chance rand.Source) (*host, error) {
	h := &host{
		stack: stack.New(stack.Options{
			NetworkProtocols:   []stack.NetworkProtocolFactory{ipv4.NewProtocol},
			TransportProtocols: []stack.TransportProtocolFactory{tcp.NewProtocol},
			// Instead of 5 KiB of generator and 9 KiB of firewall for each end of each link.
			RandSource: chance,
			IPTables:   &noFirewall,
		}),
		card: with,
	}
	if err := h.configure(address); err != nil {
		h.stack.Destroy()
		return nil, err
	}
	return h, nil
}

func (h *host) configure(address tcpip.Address) error {
	// Without RACK, losses are repaired as in RFC 6675. With it (gVisor's default) some transfers
	// that overran a queue were seen to crawl at 1 % of the rate, a packet for each time-out.
	noRACK := tcpip.TCPRecovery(0)
	sack, moderate := tcpip.TCPSACKEnabled(true), tcpip.TCPModerateReceiveBufferOption(true)
	options := []tcpip.SettableTransportProtocolOption{
		&sack, &moderate, &noRACK,
		&tcpip.TCPSendBufferSizeRangeOption{Min: minBuffer, Default: sendBuffer, Max: maxBuffer},
		&tcpip.TCPReceiveBufferSizeRangeOption{Min: minBuffer, Default: startBuffer, Max: maxBuffer},
	}
	for _, option := range options {
		if err := h.stack.SetTransportProtocolOption(tcp.ProtocolNumber, option); err != nil {
			return fmt.Errorf("set TCP option %T: %s", option, err)
		}
	}
	if err := h.stack.CreateNIC(nicID, h.card); err != nil {
		return fmt.Errorf("create network card: %s", err)
	}
	with := address.WithPrefix()
	with.PrefixLen = prefixBits
	protocolAddress := tcpip.ProtocolAddress{Protocol: ipv4.ProtocolNumber, AddressWithPrefix: with}
	if err := h.stack.AddProtocolAddress(nicID, protocolAddress, stack.AddressProperties{}); err != nil {
		return fmt.Errorf("add address %s: %s", with, err)
	}
	h.stack.SetRouteTable([]tcpip.Route{{Destination: header.IPv4EmptySubnet, NIC: nicID}})
	return nil
}

// listen does what gonet.ListenTCP does, but with SO_REUSEADDR as package net sets it:
// else a port stays taken until the last connection to it has fully gone.
func (h *host) listen(at tcpip.FullAddress) (*gonet.TCPListener, error) {
	var queue waiter.Queue
	endpoint, err := h.stack.NewEndpoint(tcp.ProtocolNumber, ipv4.ProtocolNumber, &queue)
	if err != nil {
		return nil, fmt.Errorf("open socket: %s", err)
	}
	endpoint.SocketOptions().SetReuseAddress(true)
	if err = endpoint.Bind(at); err == nil {
		err = endpoint.Listen(backlog)
	}
	if err != nil {
		endpoint.Close()
		return nil, errors.New(err.String())
	}
	return gonet.NewTCPListener(h.stack, &queue, endpoint), nil
}

// bePatient has new connections resend what is not acknowledged only after trip, the longest
// round trip that the link allows, and 200 ms more: as Linux does at that round trip. gVisor
// adds nothing to a round trip that has hardly varied, so it took every queue that filled for
// a loss: transfers that overran their queue were seen to crawl at 1 to 40 % of the rate for
// ten seconds.
func (h *host) bePatient(trip time.Duration) error {
	minRTO := tcpip.TCPMinRTOOption(trip + 200*time.Millisecond)
	if err := h.stack.SetTransportProtocolOption(tcp.ProtocolNumber, &minRTO); err != nil {
		return fmt.Errorf("set TCP option %T: %s", minRTO, err)
	}
	return nil
}

// setCongestion sets how connections find their rate that are opened later.
func (h *host) setCongestion(c study.CongestionControl) error {
	control := tcpip.CongestionControlOption(c.Name())
	if err := h.stack.SetTransportProtocolOption(tcp.ProtocolNumber, &control); err != nil {
		return fmt.Errorf("congestion control %s: %s", control, err)
	}
	return nil
}

// chance is a source of random numbers for a stack: safe for concurrent use, and small.
type chance struct {
	mu  sync.Mutex
	pcg *randv2.PCG
}

func newChance(seed uint64) *chance { return &chance{pcg: randv2.NewPCG(seed, 0)} }

// Int63 implements rand.Source.
func (c *chance) Int63() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return int64(c.pcg.Uint64() >> 1)
}

// Seed implements rand.Source.
func (c *chance) Seed(seed int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pcg.Seed(uint64(seed), 0)
}
