package wire

import (
	"encoding/binary"
)

// SetDesktopSize asks for a screen of another size. rfbproto, "SetDesktopSize".
type SetDesktopSize struct {
	W, H    uint16
	Screens []Screen
}

// Screen is one monitor of a desktop. rfbproto, "ExtendedDesktopSize Pseudo-encoding".
type Screen struct {
	ID         uint32
	X, Y, W, H uint16
	Flags      uint32
}

func readSetDesktopSize(r *Reader) SetDesktopSize {
	r.Skip(1)
	m := SetDesktopSize{W: r.U16(), H: r.U16()}
	count := int(r.U8())
	r.Skip(1)
	for len(m.Screens) < count && r.Err() == nil {
		m.Screens = append(m.Screens, Screen{
			ID: r.U32(),
			X:  r.U16(), Y: r.U16(), W: r.U16(), H: r.U16(),
			Flags: r.U32(),
		})
	}
	return m
}

// screen is the length of a Screen, in bytes.
const screen = 16

func (s Screen) append(b []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, s.ID)
	for _, n := range []uint16{s.X, s.Y, s.W, s.H} {
		b = binary.BigEndian.AppendUint16(b, n)
	}
	return binary.BigEndian.AppendUint32(b, s.Flags)
}

// Append implements [ClientMessage].
func (m SetDesktopSize) Append(b []byte) []byte {
	b = append(b, TypeSetDesktopSize, 0)
	b = binary.BigEndian.AppendUint16(b, m.W)
	b = binary.BigEndian.AppendUint16(b, m.H)
	b = append(b, uint8(len(m.Screens)), 0)
	for _, s := range m.Screens {
		b = s.append(b)
	}
	return b
}
