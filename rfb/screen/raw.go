package screen

import (
	"image"

	"vmstudy/rfb/wire"
)

func drawRaw(r *wire.Reader, q wire.Rectangle, fb *Framebuffer) {
	fb.rows(r, q.Area(), &fb.pixel, r.Full)
}

// appendRaw adds the area's pixels to b.
func (e *Encoder) appendRaw(b []byte, src *image.RGBA, area image.Rectangle) []byte {
	for y := area.Min.Y; y < area.Max.Y; y++ {
		b = e.pixel.putRow(b, Row(src, area, y))
	}
	return b
}
