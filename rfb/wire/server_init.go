package wire

import (
	"encoding/binary"
)

// ServerInit is the machine's last word before messages flow. RFC 6143, section 7.3.2.
type ServerInit struct {
	W, H   uint16
	Format PixelFormat
	Name   string
}

// ReadServerInit reads the message.
func ReadServerInit(r *Reader) (ServerInit, error) {
	m := readServerInit(r)
	return m, r.Err()
}

func readServerInit(r *Reader) ServerInit {
	m := ServerInit{W: r.U16(), H: r.U16(), Format: readPixelFormat(r)}
	CheckSize(r, int(m.W), int(m.H))
	m.Name = readName(r)
	return m
}

// Append adds the message to b.
func (m ServerInit) Append(b []byte) []byte {
	b = binary.BigEndian.AppendUint16(b, m.W)
	b = binary.BigEndian.AppendUint16(b, m.H)
	b = m.Format.Append(b)
	b = binary.BigEndian.AppendUint32(b, uint32(len(m.Name)))
	return append(b, m.Name...)
}
