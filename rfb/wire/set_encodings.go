package wire

import (
	"encoding/binary"
)

// SetEncodings says what the viewer understands, the best first. RFC 6143, section 7.5.2.
type SetEncodings []Encoding

// maxEncodings is more than there are encodings; noVNC names some twenty.
const maxEncodings = 1024

func readSetEncodings(r *Reader) SetEncodings {
	r.Skip(1)
	count := int(r.U16())
	if count > maxEncodings {
		r.Failf("list of %d encodings, more than %d", count, maxEncodings)
		return nil
	}
	m := make(SetEncodings, 0, count)
	for len(m) < count && r.Err() == nil {
		m = append(m, Encoding(r.U32()))
	}
	return m
}

// Append implements [ClientMessage].
func (m SetEncodings) Append(b []byte) []byte {
	b = append(b, TypeSetEncodings, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(len(m)))
	for _, e := range m {
		b = binary.BigEndian.AppendUint32(b, uint32(e))
	}
	return b
}

// Only returns the encodings that allow lets through, in their order.
func (m SetEncodings) Only(allow func(Encoding) bool) SetEncodings {
	var kept SetEncodings
	for _, e := range m {
		if allow(e) {
			kept = append(kept, e)
		}
	}
	return kept
}
