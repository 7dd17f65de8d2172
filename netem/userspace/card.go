package userspace

import (
	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/link/channel"
	"gvisor.dev/gvisor/pkg/tcpip/network/ipv4"
	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"vmstudy/netem/pump"
	"vmstudy/study"
)

// card is a host's network card. It uses everything of the channel endpoint except the channel, which
// would be a second queue that drops packets by itself.
type card struct {
	*channel.Endpoint
	out  *pump.Pump // carries the packets that this card sends
	peer *card      // the card at the other end; out and peer are set before the first packet
}

func newCard() *card { return &card{Endpoint: channel.New(0, study.PacketSize, "")} }

// WritePackets implements stack.LinkWriter.
func (c *card) WritePackets(packets stack.PacketBufferList) (int, tcpip.Error) {
	for _, packet := range packets.AsSlice() {
		n := 1
		if mss := int(packet.GSOOptions.MSS); packet.GSOOptions.Type == stack.GSOTCPv4 && packet.Data().Size() > mss {
			n = (packet.Data().Size() + mss - 1) / mss
		}
		headers := packet.Size() - packet.Data().Size()
		switch {
		case c.out.Pass(n, packet.Size()+(n-1)*headers):
			c.peer.receive(packet.ToBuffer())
		case n == 1:
			c.out.Push(copyOf(packet))
		default:
			c.push(packet, int(packet.GSOOptions.MSS))
		}
	}
	return packets.Len(), nil
}

// push cuts a packet that is larger than the link allows into packets with mss bytes of payload; the
// last may have less.
func (c *card) push(large *stack.PacketBuffer, mss int) {
	view := large.ToView()
	defer view.Release()
	whole := view.AsSlice()
	start := int(header.IPv4(whole).HeaderLength())
	start += int(header.TCP(whole[start:]).DataOffset())
	for at := start; at < len(whole); at += mss {
		payload := whole[at:min(at+mss, len(whole))]
		packet := append(append(pump.NewFrame(), whole[:start]...), payload...)
		ip := header.IPv4(packet)
		ip.SetTotalLength(uint16(len(packet)))
		ip.SetChecksum(0)
		ip.SetChecksum(^ip.CalculateChecksum())
		tcp := header.TCP(ip.Payload())
		tcp.SetSequenceNumber(tcp.SequenceNumber() + uint32(at-start))
		if at+mss < len(whole) {
			tcp.SetFlags(uint8(tcp.Flags() &^ (header.TCPFlagFin | header.TCPFlagPsh)))
		}
		c.out.Push(packet)
	}
}

// receive gives a packet that arrived over the link to the host's stack.
func (c *card) receive(packet buffer.Buffer) {
	arrived := stack.NewPacketBuffer(stack.PacketBufferOptions{Payload: packet})
	defer arrived.DecRef()
	c.InjectInbound(ipv4.ProtocolNumber, arrived)
}

// deliver is receive for a packet from a pump.
func (c *card) deliver(packet []byte) {
	c.receive(buffer.MakeWithView(buffer.NewViewWithData(packet)))
	pump.Free(packet)
}

// Capabilities implements stack.LinkEndpoint. TCP computes no checksums, since nothing on the way can
// damage a packet.
func (c *card) Capabilities() stack.LinkEndpointCapabilities {
	return stack.CapabilityTXChecksumOffload | stack.CapabilityRXChecksumOffload
}

// SupportedGSO implements stack.GSOEndpoint. A connection that is opened while the network adds
// nothing may hand over many packets as one large packet, as under Linux, which is five times as
// fast. On any other network it may not, since these packets would reach the queue all at once.
func (c *card) SupportedGSO() stack.SupportedGSO {
	if c.out.Clear() {
		return stack.HostGSOSupported
	}
	return stack.GSONotSupported
}

// GSOMaxSize implements stack.GSOEndpoint.
func (c *card) GSOMaxSize() uint32 { return stack.GVisorGSOMaxSize }

// copyOf returns a copy of packet, since its stack may change the packet later.
func copyOf(packet *stack.PacketBuffer) []byte {
	view := packet.ToView()
	defer view.Release()
	return append(pump.NewFrame(), view.AsSlice()...)
}
