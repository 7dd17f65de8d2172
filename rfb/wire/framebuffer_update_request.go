package wire

import (
	"encoding/binary"
)

// FramebufferUpdateRequest asks for a part of the screen: all of it, or what has changed
// since it was last sent. RFC 6143, section 7.5.3.
type FramebufferUpdateRequest struct {
	Incremental bool
	X, Y, W, H  uint16
}

// ReadFramebufferUpdateRequest reads the message after its type byte.
func ReadFramebufferUpdateRequest(r *Reader) FramebufferUpdateRequest {
	return FramebufferUpdateRequest{
		Incremental: r.U8() != 0,
		X:           r.U16(), Y: r.U16(), W: r.U16(), H: r.U16(),
	}
}

// Append implements [ClientMessage].
func (m FramebufferUpdateRequest) Append(b []byte) []byte {
	b = append(b, TypeFramebufferUpdateRequest, bit(m.Incremental))
	for _, n := range []uint16{m.X, m.Y, m.W, m.H} {
		b = binary.BigEndian.AppendUint16(b, n)
	}
	return b
}
