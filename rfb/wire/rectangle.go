package wire

import (
	"encoding/binary"
	"image"
)

// Rectangle is the header of one rectangle of a FramebufferUpdate. Pseudo-encodings give
// the four numbers meanings of their own. RFC 6143, section 7.6.1.
type Rectangle struct {
	X, Y, W, H uint16
	Encoding   Encoding
}

func readRectangle(r *Reader) Rectangle {
	b := r.Take(12)
	return Rectangle{
		X: binary.BigEndian.Uint16(b[0:]), Y: binary.BigEndian.Uint16(b[2:]),
		W: binary.BigEndian.Uint16(b[4:]), H: binary.BigEndian.Uint16(b[6:]),
		Encoding: Encoding(binary.BigEndian.Uint32(b[8:])),
	}
}

// RectangleOf returns the header of a rectangle of pixels.
func RectangleOf(area image.Rectangle, e Encoding) Rectangle {
	return Rectangle{uint16(area.Min.X), uint16(area.Min.Y), uint16(area.Dx()), uint16(area.Dy()), e}
}

// Append adds the header's 12 bytes to b.
func (q Rectangle) Append(b []byte) []byte {
	for _, n := range []uint16{q.X, q.Y, q.W, q.H} {
		b = binary.BigEndian.AppendUint16(b, n)
	}
	return binary.BigEndian.AppendUint32(b, uint32(q.Encoding))
}

// Area returns where on the screen the rectangle lies.
func (q Rectangle) Area() image.Rectangle {
	return image.Rect(0, 0, int(q.W), int(q.H)).Add(image.Pt(int(q.X), int(q.Y)))
}

// Pixels returns how many pixels the rectangle has: up to 2^32, so 64 bits are needed.
func (q Rectangle) Pixels() int { return int(q.W) * int(q.H) }

// Bitmap returns the bytes of a picture of the rectangle's size at one bit a pixel, where
// every row begins a byte.
func (q Rectangle) Bitmap() int { return (int(q.W) + 7) / 8 * int(q.H) }

// SkipPayload passes over what follows the header q.
func SkipPayload(r *Reader, q Rectangle, f PixelFormat) {
	form, known := forms[q.Encoding]
	switch {
	case r.Err() != nil:
	case !known:
		r.Failf("rectangle in unknown encoding %d", int32(q.Encoding))
	case form.skip != nil:
		form.skip(r, q, f)
	}
}
