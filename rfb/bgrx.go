package rfb

import (
	"encoding/binary"
	"image"
	"math/bits"
)

// DrawBGRX draws pixels that lie as blue, green, red and a byte without meaning, as they do in
// the memory of most graphics cards (pixman calls it x8r8g8b8), on an area of dst. stride is
// the length of a row of src in bytes. The area must lie within dst, and src must hold it.
func DrawBGRX(dst *image.RGBA, area image.Rectangle, src []byte, stride int) {
	for y := range area.Dy() {
		row := rowOf(dst, area, area.Min.Y+y)
		from := src[y*stride:][:len(row)]
		for len(row) >= 4 {
			// Turned around it is x, red, green, blue; one byte further red stands first.
			p := bits.ReverseBytes32(binary.LittleEndian.Uint32(from))>>8 | opaque
			binary.LittleEndian.PutUint32(row, p)
			row, from = row[4:], from[4:]
		}
	}
}
