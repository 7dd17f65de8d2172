package wire

import (
	"encoding/binary"
)

// PointerEvent is where the mouse is and which of its buttons are down. RFC 6143, section
// 7.5.5.
type PointerEvent struct {
	Buttons uint16 // bit 0 is the left button; bits 3 to 6 are steps of the wheel
	X, Y    uint16
}

// WheelButtons has the bits of Buttons that stand for steps of the wheel: up, down, left, right.
const WheelButtons = 0x78

// extendedMarker in the first byte of buttons says that a second byte of them follows the
// position. rfbproto, "Extended Mouse Buttons Pseudo-encoding".
const extendedMarker = 0x80

// ReadPointerEvent reads the message after its type byte. Where extended is set, it may be a byte longer.
func ReadPointerEvent(r *Reader, extended bool) PointerEvent {
	m := PointerEvent{Buttons: uint16(r.U8()), X: r.U16(), Y: r.U16()}
	if extended && m.Buttons&extendedMarker != 0 {
		m.Buttons = m.Buttons&^extendedMarker | uint16(r.U8())<<7
	}
	return m
}

// Append implements [ClientMessage]. Buttons beyond the eighth take the longer form, which a
// server must have announced.
func (m PointerEvent) Append(b []byte) []byte {
	first := uint8(m.Buttons)
	if m.Buttons > 0xff {
		first |= extendedMarker
	}
	b = append(b, TypePointerEvent, first)
	b = binary.BigEndian.AppendUint16(b, m.X)
	b = binary.BigEndian.AppendUint16(b, m.Y)
	if m.Buttons > 0xff {
		b = append(b, uint8(m.Buttons>>7))
	}
	return b
}
