package wire

import (
	"encoding/binary"
)

// SetColourMapEntries names the colours that pixels without true colour stand for. RFC 6143,
// section 7.6.2.
type SetColourMapEntries struct {
	First   uint16 // pixel value of the first
	Colours []Colour
}

// Colour is one of a colour map, each channel from 0 to 65535.
type Colour struct{ R, G, B uint16 }

func readSetColourMapEntries(r *Reader) SetColourMapEntries {
	r.Skip(1)
	m := SetColourMapEntries{First: r.U16()}
	count := int(r.U16())
	if int(m.First)+count > 1<<16 {
		r.Breach("%d colours from number %d on", count, m.First)
	}
	for len(m.Colours) < count && r.Err() == nil {
		m.Colours = append(m.Colours, Colour{r.U16(), r.U16(), r.U16()})
	}
	return m
}

// Append implements [ServerMessage].
func (m SetColourMapEntries) Append(b []byte) []byte {
	b = binary.BigEndian.AppendUint16(append(b, TypeSetColourMapEntries, 0), m.First)
	b = binary.BigEndian.AppendUint16(b, uint16(len(m.Colours)))
	for _, c := range m.Colours {
		for _, n := range []uint16{c.R, c.G, c.B} {
			b = binary.BigEndian.AppendUint16(b, n)
		}
	}
	return b
}
