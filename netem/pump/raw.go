package pump

import (
	"encoding/binary"
	"sync/atomic"

	"vmstudy/netem"
	"vmstudy/study"
)

// rawProtocol is the number of IP that RFC 3692 keeps for experiments: no stack knows it.
const rawProtocol = 253

// RawHeader is how many bytes of a raw packet are taken: the header of IP.
const RawHeader = 20

// IsRaw reports whether packet came from SendRaw.
func IsRaw(packet []byte) bool { return len(packet) >= RawHeader && packet[9] == rawProtocol }

// SendRaw puts a packet on the link at one end as if that end's TCP had sent it, for those
// who measure the link and not TCP. The packet must be from RawHeader to study.PacketSize bytes
// long; its header is written over, and it belongs to the link until it is received.
func (w *Wire) SendRaw(from netem.End, packet []byte) {
	clear(packet[:RawHeader])
	packet[0] = 0x45 // version 4, five words of header
	binary.BigEndian.PutUint16(packet[2:], uint16(len(packet)))
	packet[9] = rawProtocol
	w.From(from).Push(packet[:len(packet):min(cap(packet), study.PacketSize)])
}

// ReceiveRaw has got called with every raw packet that reaches one end, as it is delivered.
// It must not wait. Without it they are thrown away, but counted. nil ends it.
func (w *Wire) ReceiveRaw(at netem.End, got func(packet []byte)) {
	if got == nil {
		got = nobody
	}
	to := &w.near
	if at == netem.Far {
		to = &w.far
	}
	to.raw.Store(&got)
}

func nobody([]byte) {}

// receiver is what packets are handed to at one end.
type receiver struct {
	tcp func(packet []byte)
	raw atomic.Pointer[func(packet []byte)]
}

func (r *receiver) deliver(packet []byte) {
	if IsRaw(packet) {
		(*r.raw.Load())(packet)
		return
	}
	r.tcp(packet)
}
