package rfb

import "encoding/binary"

// FramebufferUpdateRequest asks for a part of the screen: all of it, or what has changed
// since it was last sent. RFC 6143, section 7.5.3.
type FramebufferUpdateRequest struct {
	Incremental bool
	X, Y, W, H  uint16
}

func readFramebufferUpdateRequest(r *Reader) FramebufferUpdateRequest {
	return FramebufferUpdateRequest{
		Incremental: r.u8() != 0,
		X:           r.u16(), Y: r.u16(), W: r.u16(), H: r.u16(),
	}
}

// Append implements [ClientMessage].
func (m FramebufferUpdateRequest) Append(b []byte) []byte {
	b = append(b, typeFramebufferUpdateRequest, bit(m.Incremental))
	for _, n := range []uint16{m.X, m.Y, m.W, m.H} {
		b = binary.BigEndian.AppendUint16(b, n)
	}
	return b
}
