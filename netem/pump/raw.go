package pump

import (
	"encoding/binary"
	"sync/atomic"

	"vmstudy/netem"
	"vmstudy/study"
)

// rawProtocol is the IP protocol number of raw packets. RFC 3692 reserves it for experiments, so no
// TCP/IP stack handles it.
const rawProtocol = 253

// RawHeader is the size in bytes of the IP header at the beginning of a raw packet.
const RawHeader = 20

// IsRaw reports whether packet came from SendRaw.
func IsRaw(packet []byte) bool { return len(packet) >= RawHeader && packet[9] == rawProtocol }

// SendRaw sends a packet from one end of the link without TCP, for measuring the link itself. The packet
// must be from RawHeader to study.PacketSize bytes long. SendRaw overwrites its first RawHeader bytes. The
// packet belongs to the link until it is received.
func (w *Wire) SendRaw(from netem.End, packet []byte) {
	clear(packet[:RawHeader])
	packet[0] = 0x45 // version 4, five words of header
	binary.BigEndian.PutUint16(packet[2:], uint16(len(packet)))
	packet[9] = rawProtocol
	w.From(from).Push(packet[:len(packet):min(cap(packet), study.PacketSize)])
}

// ReceiveRaw sets a function that is called with every raw packet that reaches one end. got must not
// block. If got is nil, as at the beginning, raw packets are counted and discarded.
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

// receiver receives the packets at one end.
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
