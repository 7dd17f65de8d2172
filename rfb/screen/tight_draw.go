package screen

import (
	"bytes"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io"

	"vmstudy/rfb/wire"
)

// drawTight draws a Tight or TightPNG rectangle.
func drawTight(r *wire.Reader, q wire.Rectangle, fb *Framebuffer) {
	control := r.U8()
	for i := range 4 {
		if control>>i&1 != 0 {
			fb.stream(streamTight + i).restart()
		}
	}
	switch kind := control >> 4; {
	case kind == wire.TightKindFill:
		fb.fill(q.Area(), fb.tight.get(r.Take(fb.tight.size)))
	case kind == wire.TightKindJPEG:
		drawPicture(r, q, fb, jpeg.DecodeConfig, jpeg.Decode)
	case kind == wire.TightKindPNG:
		drawPicture(r, q, fb, png.DecodeConfig, png.Decode)
	case kind > wire.TightKindPNG:
		r.Failf("tight rectangle of kind %#x", kind)
	default:
		drawTightBasic(r, q, fb, kind)
	}
}

// drawTightBasic draws pixels that went through a filter and then through one of four zlib
// streams.
func drawTightBasic(r *wire.Reader, q wire.Rectangle, fb *Framebuffer, kind uint8) {
	filter := uint8(wire.TightFilterCopy)
	if kind&wire.TightFiltered != 0 {
		filter = r.U8()
	}
	z := fb.stream(streamTight + int(kind&3))
	area, size := q.Area(), q.Pixels()*fb.tight.size
	switch filter {
	case wire.TightFilterCopy:
		tightData(r, z, size, func(full func([]byte)) { fb.rows(r, area, &fb.tight, full) })
	case wire.TightFilterPalette:
		drawTightPalette(r, q, fb, z)
	case wire.TightFilterGradient:
		tightData(r, z, size, func(full func([]byte)) { fb.gradient(r, area, full) })
	default:
		r.Failf("tight rectangle with filter %d", filter)
	}
}

// tightData calls draw with what reads the rectangle's data, of which there are size bytes:
// they are compressed unless they are very few.
func tightData(r *wire.Reader, z *inflater, size int, draw func(full func([]byte))) {
	if size < wire.TightPlain {
		draw(r.Full)
		return
	}
	z.open(r, wire.TightLength(r))
	draw(z.full)
	z.close()
}

func drawTightPalette(r *wire.Reader, q wire.Rectangle, fb *Framebuffer, z *inflater) {
	count := int(r.U8()) + 1
	palette := fb.palette(count, &fb.tight, func(n int) []byte {
		b := fb.scratch(n)
		r.Full(b)
		return b
	})
	bits, size := 8, q.Pixels()
	if count <= 2 {
		bits, size = 1, q.Bitmap()
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
func drawPicture(r *wire.Reader, q wire.Rectangle, fb *Framebuffer,
	config func(r io.Reader) (image.Config, error), decode func(r io.Reader) (image.Image, error),
) {
	data := fb.scratch(wire.TightLength(r))
	r.Full(data)
	if r.Err() != nil {
		return
	}
	c, err := config(bytes.NewReader(data))
	if err == nil && (c.Width != int(q.W) || c.Height != int(q.H)) {
		r.Breach("picture of %dx%d in a rectangle of %dx%d pixels", c.Width, c.Height, q.W, q.H)
		return
	}
	var m image.Image
	if err == nil {
		m, err = decode(bytes.NewReader(data))
	}
	if err != nil {
		r.Failf("picture in a tight rectangle: %w", err)
		return
	}
	draw.Draw(fb.picture, q.Area(), m, m.Bounds().Min, draw.Src)
}
