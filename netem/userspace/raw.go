package userspace

import (
	"encoding/binary"

	"vmstudy/netem"
	"vmstudy/study"
)

// rawProtocol is the number of IP that RFC 3692 keeps for experiments: no stack knows it.
const rawProtocol = 253

// RawHeader is how many bytes of a raw packet are taken: the header of IP.
const RawHeader = 20

// SendRaw puts a packet on the link at one end as if that end's stack had sent it, for those
// who measure the link and not TCP. The packet must be from RawHeader to study.PacketSize bytes
// long; its header is written over, and it belongs to the link until it is received.
func (l *Link) SendRaw(from netem.End, packet []byte) {
	clear(packet[:RawHeader])
	packet[0] = 0x45 // version 4, five words of header
	binary.BigEndian.PutUint16(packet[2:], uint16(len(packet)))
	packet[9] = rawProtocol
	p := l.up
	if from == netem.Far {
		p = l.down
	}
	p.push(packet[:len(packet):min(cap(packet), study.PacketSize)])
}

// ReceiveRaw has got called with every raw packet that reaches one end, as it is delivered.
// It must not wait. Without it they are thrown away, but counted. nil ends it.
func (l *Link) ReceiveRaw(at netem.End, got func(packet []byte)) {
	card := l.near.card
	if at == netem.Far {
		card = l.far.card
	}
	if got == nil {
		got = func([]byte) {}
	}
	card.raw.Store(&got)
}

// isRaw reports whether packet came from SendRaw.
func isRaw(packet []byte) bool { return len(packet) >= RawHeader && packet[9] == rawProtocol }
