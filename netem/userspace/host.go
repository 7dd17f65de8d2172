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

	// Buffers may grow to 8 MiB, enough for 100 Mbps over 320 ms, since half of a buffer is the
	// window. The receive buffer starts as small as under Linux, so that a starting transfer does
	// not overrun the queue by more than there.
	minBuffer   = 4 << 10
	startBuffer = 128 << 10
	sendBuffer  = 1 << 20
	maxBuffer   = 8 << 20

	backlog = 4096 // connections that may wait for Accept; the default of Linux
)

// host is one end of the link: a TCP/IP stack of its own with one network card.
type host struct {
	stack *stack.Stack
	card  *card
}

// noFirewall has no rules and never gets any, so all stacks can share it.
var noFirewall stack.IPTables

// newHost returns a host with the given address and card, whose out and peer are set.
func newHost(address tcpip.Address, with *card, chance rand.Source) (*host, error) {
	h := &host{
		stack: stack.New(stack.Options{
			NetworkProtocols:   []stack.NetworkProtocolFactory{ipv4.NewProtocol},
			TransportProtocols: []stack.TransportProtocolFactory{tcp.NewProtocol},
			// These save 5 KiB for a random generator and 9 KiB for a firewall at each end of each link.
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
	// Without RACK, TCP recovers losses as in RFC 6675. With RACK (gVisor's default) some transfers
	// that overran a queue crawled at 1 % of the rate, one packet for each time-out.
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

// listen does the same as gonet.ListenTCP, but sets SO_REUSEADDR as package net does. Otherwise a port
// would stay in use until its last connection has fully ended.
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

// bePatient sets the minimal retransmission time-out of new connections to 200 ms more than trip, the
// longest possible round-trip time of the link. Linux adds 200 ms, too. gVisor adds nothing to a
// round-trip time that has hardly varied. So it took every queue that filled up for a loss, and transfers
// that overran their queue crawled at 1 to 40 % of the rate for ten seconds.
func (h *host) bePatient(trip time.Duration) error {
	minRTO := tcpip.TCPMinRTOOption(trip + 200*time.Millisecond)
	if err := h.stack.SetTransportProtocolOption(tcp.ProtocolNumber, &minRTO); err != nil {
		return fmt.Errorf("set TCP option %T: %s", minRTO, err)
	}
	return nil
}

// setCongestion sets the congestion control of connections that are opened later.
func (h *host) setCongestion(c study.CongestionControl) error {
	control := tcpip.CongestionControlOption(c.Name())
	if err := h.stack.SetTransportProtocolOption(tcp.ProtocolNumber, &control); err != nil {
		return fmt.Errorf("congestion control %s: %s", control, err)
	}
	return nil
}

// chance is a small source of random numbers for a stack. It is safe for concurrent use.
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
