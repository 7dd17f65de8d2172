package wire

import (
	"encoding/binary"
)

// KeyEvent is a key going down or up. RFC 6143, section 7.5.4.
type KeyEvent struct {
	Down   bool
	Keysym uint32 // X Window System's number of what is written on the key
}

// ReadKeyEvent reads the message after its type byte.
func ReadKeyEvent(r *Reader) KeyEvent {
	down := r.U8() != 0
	r.Skip(2)
	return KeyEvent{down, r.U32()}
}

// Append implements [ClientMessage].
func (m KeyEvent) Append(b []byte) []byte {
	return binary.BigEndian.AppendUint32(append(b, TypeKeyEvent, bit(m.Down), 0, 0), m.Keysym)
}
