package userspace

import (
	"errors"
	"fmt"
	"sync/atomic"

	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/link/channel"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/waiter"

	"vmstudy/study"
)

const (
	nicID      = 1
	prefixBits = 24

	// A buffer starts at 1 MiB and may grow to 8 MiB, enough for 100 Mbps over 640 ms.
	minBuffer     = 4 << 10
	defaultBuffer = 1 << 20
	maxBuffer     = 8 << 20

	backlog = 4096 // connections that may wait for Accept, as under Linux
)

// host is one end of the link: a TCP/IP stack of its own with one network card.
type host struct {
	stack *stack.Stack
	card  *card
}

// newHost returns a host at the given address whose packets go to send.
func newHost(address tcpip.Address, send func(packet []byte)) (*host, error) {
	h := &host{
		stack: stack.New(stack.Options{
			NetworkProtocols:   []stack.NetworkProtocolFactory{ipv4.NewProtocol},
			TransportProtocols: []stack.TransportProtocolFactory{tcp.NewProtocol},
		}),
		card: newCard(send),
	}
	if err := h.configure(address); err != nil {
		h.stack.Destroy()
		return nil, err
	}
	return h, nil
}

func (h *host) configure(address tcpip.Address) error {
	sack, moderate, cubic := tcpip.TCPSACKEnabled(true), tcpip.TCPModerateReceiveBufferOption(true), tcpip.CongestionControlOption("cubic")
	// Without RACK, losses are repaired as in RFC 6675. With it (gVisor's default) a transfer
	// that overran a short queue was seen to crawl at 1 to 7 % of the rate for seconds.
	noRACK := tcpip.TCPRecovery(0)
	options := []tcpip.SettableTransportProtocolOption{
		&sack, &moderate, &cubic, &noRACK,
		&tcpip.TCPSendBufferSizeRangeOption{Min: minBuffer, Default: defaultBuffer, Max: maxBuffer},
		&tcpip.TCPReceiveBufferSizeRangeOption{Min: minBuffer, Default: defaultBuffer, Max: maxBuffer},
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

// card is a host's network card. Of the channel endpoint it takes all but the channel:
// that would be a second queue, with drops that no condition asked for.
type card struct {
	*channel.Endpoint
	send func(packet []byte)
	raw  atomic.Pointer[func(packet []byte)] // for packets of SendRaw, which the stack never sees
}

func newCard(send func(packet []byte)) *card {
	c := &card{Endpoint: channel.New(0, study.PacketSize, ""), send: send}
	nobody := func([]byte) {}
	c.raw.Store(&nobody)
	return c
}

// WritePackets implements stack.LinkWriter. The packets stay the stack's, so it copies.
func (c *card) WritePackets(packets stack.PacketBufferList) (int, tcpip.Error) {
	for _, packet := range packets.AsSlice() {
		c.send(packet.ToView().AsSlice())
	}
	return packets.Len(), nil
}

// receive hands a packet that came over the link to the host's stack.
func (c *card) receive(packet []byte) {
	if isRaw(packet) {
		(*c.raw.Load())(packet)
		return
	}
	buf := stack.NewPacketBuffer(stack.PacketBufferOptions{Payload: buffer.MakeWithData(packet)})
	defer buf.DecRef()
	c.InjectInbound(ipv4.ProtocolNumber, buf)
}
