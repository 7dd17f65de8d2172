package rfb

import "image"

// skipRaw passes over w*h pixels. RFC 6143, section 7.7.1.
func skipRaw(r *Reader, q Rectangle, f PixelFormat) { r.skip(q.pixels() * f.pixel()) }

func drawRaw(r *Reader, q Rectangle, fb *Framebuffer) {
	fb.rows(r, q.Area(), &fb.pixel, r.full)
}

// appendRaw adds the area's pixels to b.
func (e *Encoder) appendRaw(b []byte, src *image.RGBA, area image.Rectangle) []byte {
	for y := area.Min.Y; y < area.Max.Y; y++ {
		b = e.pixel.putRow(b, rowOf(src, area, y))
	}
	return b
}
