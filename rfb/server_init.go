package rfb

import "encoding/binary"

// ServerInit is the machine's last word before messages flow. RFC 6143, section 7.3.2.
type ServerInit struct {
	W, H   uint16
	Format PixelFormat
	Name   string
}

func readServerInit(r *Reader) ServerInit {
	m := ServerInit{W: r.u16(), H: r.u16(), Format: readPixelFormat(r)}
	length := r.u32()
	if length > maxName {
		r.failf("desktop name of %d bytes, more than %d", length, maxName)
	}
	if r.err != nil {
		return ServerInit{}
	}
	name := make([]byte, length)
	r.full(name)
	m.Name = string(name)
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
