package rfb

import "encoding/binary"

// KeyEvent is a key going down or up. RFC 6143, section 7.5.4.
type KeyEvent struct {
	Down   bool
	Keysym uint32 // X Window System's number of what is written on the key
}

func readKeyEvent(r *Reader) KeyEvent {
	down := r.u8() != 0
	r.skip(2)
	return KeyEvent{down, r.u32()}
}

// Append implements [ClientMessage].
func (m KeyEvent) Append(b []byte) []byte {
	return binary.BigEndian.AppendUint32(append(b, typeKeyEvent, bit(m.Down), 0, 0), m.Keysym)
}
