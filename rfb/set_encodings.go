package rfb

import "encoding/binary"

// SetEncodings says what the viewer understands, the best first. RFC 6143, section 7.5.2.
type SetEncodings []Encoding

// maxEncodings is more than there are encodings; noVNC names some twenty.
const maxEncodings = 1024

func readSetEncodings(r *Reader) SetEncodings {
	r.skip(1)
	count := int(r.u16())
	if count > maxEncodings {
		r.failf("list of %d encodings, more than %d", count, maxEncodings)
		return nil
	}
	m := make(SetEncodings, 0, count)
	for len(m) < count && r.err == nil {
		m = append(m, Encoding(r.u32()))
	}
	return m
}

// Append implements [ClientMessage].
func (m SetEncodings) Append(b []byte) []byte {
	b = append(b, typeSetEncodings, 0)
	b = binary.BigEndian.AppendUint16(b, uint16(len(m)))
	for _, e := range m {
		b = binary.BigEndian.AppendUint32(b, uint32(e))
	}
	return b
}

// only returns the encodings that allow lets through, in their order.
func (m SetEncodings) only(allow func(Encoding) bool) SetEncodings {
	var kept SetEncodings
	for _, e := range m {
		if allow(e) {
			kept = append(kept, e)
		}
	}
	return kept
}
