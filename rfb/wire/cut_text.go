package wire

import (
	"encoding/binary"
)

// CutText is what a viewer (ClientCutText, RFC 6143, section 7.5.6) or a machine
// (ServerCutText, section 7.6.4) has copied. The text itself is passed over when it is read, and
// written as zeros: nobody here may see what people copy.
type CutText struct {
	Length   uint32 // bytes
	Extended bool   // in the form of rfbproto's "Extended Clipboard Pseudo-Encoding"
}

// ReadCutText reads the message after its type byte, which is the same in both directions.
// An extended message shows itself by a negative length.
func ReadCutText(r *Reader) CutText {
	r.Skip(3)
	length := int32(r.U32())
	m := CutText{Length: uint32(length), Extended: length < 0}
	if m.Extended {
		m.Length = -m.Length
	}
	r.Skip(r.Length("cut text", m.Length, MaxCutText))
	return m
}

// Append implements [ClientMessage].
func (m CutText) Append(b []byte) []byte { return m.append(append(b, TypeClientCutText)) }

func (m CutText) append(b []byte) []byte {
	length := m.Length
	if m.Extended {
		length = -length
	}
	b = binary.BigEndian.AppendUint32(append(b, 0, 0, 0), length)
	return append(b, make([]byte, m.Length)...)
}

// ServerCutText is a CutText on its way from the machine.
type ServerCutText struct{ CutText }

// Append implements [ServerMessage].
func (m ServerCutText) Append(b []byte) []byte { return m.append(append(b, TypeServerCutText)) }
