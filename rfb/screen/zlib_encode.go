package screen

import (
	"encoding/binary"
	"image"
)

// appendZlib adds what Raw would bring, compressed, to b.
func (e *Encoder) appendZlib(b []byte, src *image.RGBA, area image.Rectangle) []byte {
	e.plain = e.appendRaw(e.plain[:0], src, area)
	return e.appendDeflated(b, streamZlib)
}

// appendDeflated adds the length of e.plain when compressed, and that, to b.
func (e *Encoder) appendDeflated(b []byte, stream int) []byte {
	data := e.stream(stream).deflate(e.plain)
	b = binary.BigEndian.AppendUint32(b, uint32(len(data)))
	return append(b, data...)
}
