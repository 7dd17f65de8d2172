package screen

import (
	"bytes"
	"image"
	"image/color"

	"vmstudy/rfb/wire"
)

// Shape is what the pointer looks like. The zero Shape is one that cannot be seen.
type Shape struct {
	Hot   image.Point  // the place in the picture that points
	Image *image.NRGBA // nil where there is none
}

// Equal reports whether two shapes look the same.
func (c Shape) Equal(d Shape) bool {
	if c.Image == nil || d.Image == nil {
		return c.Image == d.Image && c.Hot == d.Hot
	}
	return c.Hot == d.Hot && c.Image.Rect == d.Image.Rect && bytes.Equal(c.Image.Pix, d.Image.Pix)
}

// AppendCursor adds the rectangle that tells the pointer's shape: with its alpha if the
// viewer understands that, else opaque wherever the alpha is at least half.
func (e *Encoder) AppendCursor(b []byte, c Shape) []byte {
	kind := wire.Cursor
	if e.Wants(wire.AlphaCursor) {
		kind = wire.AlphaCursor
	}
	q := wire.Rectangle{Encoding: kind}
	if c.Image == nil {
		b = q.Append(b)
		if kind == wire.AlphaCursor {
			b = append(b, 0, 0, 0, 0)
		}
		return b
	}
	q = wire.RectangleOf(c.Image.Rect.Sub(c.Image.Rect.Min), kind)
	q.X, q.Y = uint16(c.Hot.X), uint16(c.Hot.Y)
	b = q.Append(b)
	if kind == wire.AlphaCursor {
		return appendAlpha(append(b, 0, 0, 0, 0), c.Image)
	}
	return e.appendMasked(b, c.Image)
}

func appendAlpha(b []byte, m *image.NRGBA) []byte {
	for y := range m.Rect.Dy() {
		for row := m.Pix[y*m.Stride:][:4*m.Rect.Dx()]; len(row) > 0; row = row[4:] {
			c := color.RGBAModel.Convert(color.NRGBA{row[0], row[1], row[2], row[3]}).(color.RGBA)
			b = append(b, c.R, c.G, c.B, c.A)
		}
	}
	return b
}

func (e *Encoder) appendMasked(b []byte, m *image.NRGBA) []byte {
	w, h := m.Rect.Dx(), m.Rect.Dy()
	stride := (w + 7) / 8
	mask := make([]byte, stride*h)
	for y := range h {
		row := m.Pix[y*m.Stride:][:4*w]
		b = e.pixel.putRow(b, row)
		for x := range w {
			if row[4*x+3] >= 0x80 {
				mask[y*stride+x/8] |= 0x80 >> (x % 8)
			}
		}
	}
	return append(b, mask...)
}
