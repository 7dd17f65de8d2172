package rfb

import "image"

// What the first byte of a tile says is to follow. RFC 6143, section 7.7.4.
const (
	hextileRaw = 1 << iota
	hextileBackground
	hextileForeground
	hextileSubrectangles
	hextileColoured
)

// hextileSide is the width and height of a tile, in pixels.
const hextileSide = 16

// skipHextile passes over tiles of 16x16 pixels, row by row. RFC 6143, section 7.7.4.
func skipHextile(r *Reader, q Rectangle, f PixelFormat) {
	for y := 0; y < int(q.H); y += hextileSide {
		for x := 0; x < int(q.W); x += hextileSide {
			skipTile(r, min(hextileSide, int(q.W)-x)*min(hextileSide, int(q.H)-y), f.pixel())
			if r.err != nil {
				return
			}
		}
	}
}

// skipTile passes over one tile with the given number of pixels.
func skipTile(r *Reader, pixels, pixel int) {
	what := hextileKind(r)
	if what&hextileRaw != 0 {
		r.skip(pixels * pixel)
		return
	}
	colours := 0
	if what&hextileBackground != 0 {
		colours++
	}
	if what&hextileForeground != 0 {
		colours++
	}
	r.skip(colours * pixel)
	if what&hextileSubrectangles != 0 {
		each := 2
		if what&hextileColoured != 0 {
			each += pixel
		}
		r.skip(int(r.u8()) * each)
	}
}

func hextileKind(r *Reader) uint8 {
	what := r.u8()
	if what >= hextileColoured<<1 {
		r.failf("hextile tile of kind %#x", what)
	}
	return what
}

// hextile is what one tile leaves to the next.
type hextile struct{ back, fore colour }

func drawHextile(r *Reader, q Rectangle, fb *Framebuffer) {
	last := hextile{opaque, opaque}
	tiles(q.Area(), hextileSide, func(tile image.Rectangle) bool {
		last.draw(r, tile, fb)
		return r.err == nil
	})
}

func (h *hextile) draw(r *Reader, tile image.Rectangle, fb *Framebuffer) {
	what := hextileKind(r)
	if r.err != nil {
		return
	}
	if what&hextileRaw != 0 {
		fb.rows(r, tile, &fb.pixel, r.full)
		return
	}
	if what&hextileBackground != 0 {
		h.back = fb.readPixel(r)
	}
	fb.fill(tile, h.back)
	if what&hextileForeground != 0 {
		h.fore = fb.readPixel(r)
	}
	if what&hextileSubrectangles == 0 {
		return
	}
	for count := r.u8(); count > 0 && r.err == nil; count-- {
		if what&hextileColoured != 0 {
			h.fore = fb.readPixel(r)
		}
		at, size := int(r.u8()), int(r.u8())
		corner := tile.Min.Add(image.Pt(at>>4, at&15))
		sub := image.Rectangle{corner, corner.Add(image.Pt(size>>4+1, size&15+1))}
		fb.fill(sub.Intersect(tile), h.fore)
	}
}

// tiles calls each with the tiles of an area, row by row, until it returns false.
func tiles(area image.Rectangle, side int, each func(image.Rectangle) bool) {
	for y := area.Min.Y; y < area.Max.Y; y += side {
		for x := area.Min.X; x < area.Max.X; x += side {
			tile := image.Rect(x, y, min(x+side, area.Max.X), min(y+side, area.Max.Y))
			if !each(tile) {
				return
			}
		}
	}
}
