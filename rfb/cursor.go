package rfb

import (
	"image"
	"image/color"
)

// Shape is what the pointer looks like. The zero Shape is one that cannot be seen.
type Shape struct {
	Hot   image.Point  // the place in the picture that points
	Image *image.NRGBA // nil where there is none
}

// checkCursor makes r stop where a pointer is too large.
func checkCursor(r *Reader, q Rectangle) {
	if q.W > MaxCursor || q.H > MaxCursor {
		r.breach("pointer of %dx%d pixels", q.W, q.H)
	}
}

// skipCursor passes over a pointer's picture and the mask that goes with it. RFC 6143,
// section 7.8.1.
func skipCursor(r *Reader, q Rectangle, f PixelFormat) {
	checkCursor(r, q)
	r.skip(q.pixels()*f.pixel() + q.bitmap())
}

// xCursorColours is the length of an X cursor's two colours.
const xCursorColours = 6

// skipXCursor passes over two colours, a bitmap and a mask, or nothing for a pointer that
// has no size. rfbproto, "X Cursor Pseudo-encoding".
func skipXCursor(r *Reader, q Rectangle, _ PixelFormat) {
	checkCursor(r, q)
	if q.pixels() > 0 {
		r.skip(xCursorColours + 2*q.bitmap())
	}
}

// skipAlphaCursor passes over a pointer's picture with transparency: always four bytes a
// pixel, in an encoding that it names itself, of which servers use Raw only. rfbproto,
// "Cursor With Alpha Pseudo-encoding".
func skipAlphaCursor(r *Reader, q Rectangle, _ PixelFormat) {
	checkCursor(r, q)
	if e := Encoding(r.u32()); e != Raw {
		r.failf("alpha cursor in encoding %v", e)
		return
	}
	r.skip(q.pixels() * 4)
}

// AppendCursor adds the rectangle that tells the pointer's shape: with its alpha if the
// viewer understands that, else opaque wherever the alpha is at least half.
func (e *Encoder) AppendCursor(b []byte, c Shape) []byte {
	kind := Cursor
	if e.Wants(AlphaCursor) {
		kind = AlphaCursor
	}
	q := Rectangle{Encoding: kind}
	if c.Image == nil {
		b = q.Append(b)
		if kind == AlphaCursor {
			b = append(b, 0, 0, 0, 0)
		}
		return b
	}
	q = header(c.Image.Rect.Sub(c.Image.Rect.Min), kind)
	q.X, q.Y = uint16(c.Hot.X), uint16(c.Hot.Y)
	b = q.Append(b)
	if kind == AlphaCursor {
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
