package wire

import (
	"encoding/binary"
)

// EnableContinuousUpdates asks the server to send updates of a part of the screen without a request for
// each, or to stop that. rfbproto, "EnableContinuousUpdates".
type EnableContinuousUpdates struct {
	Enable     bool
	X, Y, W, H uint16
}

func readEnableContinuousUpdates(r *Reader) EnableContinuousUpdates {
	return EnableContinuousUpdates{
		Enable: r.U8() != 0,
		X:      r.U16(), Y: r.U16(), W: r.U16(), H: r.U16(),
	}
}

// Append implements [ClientMessage].
func (m EnableContinuousUpdates) Append(b []byte) []byte {
	b = append(b, TypeEnableContinuousUpdates, bit(m.Enable))
	for _, n := range []uint16{m.X, m.Y, m.W, m.H} {
		b = binary.BigEndian.AppendUint16(b, n)
	}
	return b
}
