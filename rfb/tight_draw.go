package rfb

import (
	"bytes"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io"
)

// drawTight draws a Tight or TightPNG rectangle.
func drawTight(r *Reader, q Rectangle, fb *Framebuffer) {
	control := r.u8()
	for i := range 4 {
		if control>>i&1 != 0 {
			fb.stream(streamTight + i).restart()
		}
	}
	switch kind := control >> 4; {
	case kind == tightFill:
		fb.fill(q.Area(), fb.tight.get(r.take(fb.tight.size)))
	case kind == tightJPEG:
		drawPicture(r, q, fb, jpeg.DecodeConfig, jpeg.Decode)
	case kind == tightPNG:
		drawPicture(r, q, fb, png.DecodeConfig, png.Decode)
	case kind > tightPNG:
		r.failf("tight rectangle of kind %#x", kind)
	default:
		drawTightBasic(r, q, fb, kind)
	}
}

// drawTightBasic draws pixels that went through a filter and then through one of four zlib
// streams.
func drawTightBasic(r *Reader, q Rectangle, fb *Framebuffer, kind uint8) {
	filter := uint8(tightCopy)
	if kind&tightFiltered != 0 {
		filter = r.u8()
	}
	z := fb.stream(streamTight + int(kind&3))
	area, size := q.Area(), q.pixels()*fb.tight.size
	switch filter {
	case tightCopy:
		tightData(r, z, size, func(full func([]byte)) { fb.rows(r, area, &fb.tight, full) })
	case tightPalette:
		drawTightPalette(r, q, fb, z)
	case tightGradient:
		tightData(r, z, size, func(full func([]byte)) { fb.gradient(r, area, full) })
	default:
		r.failf("tight rectangle with filter %d", filter)
	}
}

// tightData calls draw with what reads the rectangle's data, of which there are size bytes:
// they are compressed unless they are very few.
func tightData(r *Reader, z *inflater, size int, draw func(full func([]byte))) {
	if size < tightPlain {
		draw(r.full)
		return
	}
	z.open(r, tightLength(r))
	draw(z.full)
	z.close()
}

func drawTightPalette(r *Reader, q Rectangle, fb *Framebuffer, z *inflater) {
	count := int(r.u8()) + 1
	palette := fb.palette(count, &fb.tight, func(n int) []byte {
		b := fb.scratch(n)
		r.full(b)
		return b
	})
	bits, size := 8, q.pixels()
	if count <= 2 {
		bits, size = 1, q.bitmap()
	}
	tightData(r, z, size, func(full func([]byte)) {
		packedRows(r, q.Area(), fb, palette, bits, func(n int) []byte {
			b := fb.scratch(n)
			full(b)
			return b
		})
	})
}

// drawPicture draws a JPEG or PNG. Only one of the rectangle's own size is taken apart: its
// header could announce any.
func drawPicture(r *Reader, q Rectangle, fb *Framebuffer,
	config func(r io.Reader) (image.Config, error), decode func(r io.Reader) (image.Image, error),
) {
	data := fb.scratch(tightLength(r))
	r.full(data)
	if r.err != nil {
		return
	}
	c, err := config(bytes.NewReader(data))
	if err == nil && (c.Width != int(q.W) || c.Height != int(q.H)) {
		r.breach("picture of %dx%d in a rectangle of %dx%d pixels", c.Width, c.Height, q.W, q.H)
		return
	}
	var m image.Image
	if err == nil {
		m, err = decode(bytes.NewReader(data))
	}
	if err != nil {
		r.failf("picture in a tight rectangle: %w", err)
		return
	}
	draw.Draw(fb.picture, q.Area(), m, m.Bounds().Min, draw.Src)
}
