package rfb

import "encoding/binary"

// Fence asks the other side for an echo once it has come to this place in the stream, or is
// that echo. The same in both directions. rfbproto, "ClientFence" and "ServerFence".
type Fence struct {
	Flags   uint32
	Payload string // at most 64 bytes in a proper fence, 255 in any
}

func readFence(r *Reader) Fence {
	r.skip(3)
	flags := r.u32()
	payload := make([]byte, r.u8())
	r.full(payload)
	return Fence{flags, string(payload)}
}

// Append implements [ClientMessage].
func (m Fence) Append(b []byte) []byte {
	b = binary.BigEndian.AppendUint32(append(b, typeFence, 0, 0, 0), m.Flags)
	return append(append(b, uint8(len(m.Payload))), m.Payload...)
}
