package screen

import (
	"image"

	"vmstudy/rfb/wire"
)

// hextile is what one tile leaves to the next.
type hextile struct{ back, fore colour }

func drawHextile(r *wire.Reader, q wire.Rectangle, fb *Framebuffer) {
	last := hextile{opaque, opaque}
	tiles(q.Area(), wire.HextileSide, func(tile image.Rectangle) bool {
		last.draw(r, tile, fb)
		return r.Err() == nil
	})
}

func (h *hextile) draw(r *wire.Reader, tile image.Rectangle, fb *Framebuffer) {
	what := wire.HextileKind(r)
	if r.Err() != nil {
		return
	}
	if what&wire.HextileRaw != 0 {
		fb.rows(r, tile, &fb.pixel, r.Full)
		return
	}
	if what&wire.HextileBackground != 0 {
		h.back = fb.readPixel(r)
	}
	fb.fill(tile, h.back)
	if what&wire.HextileForeground != 0 {
		h.fore = fb.readPixel(r)
	}
	if what&wire.HextileSubrectangles == 0 {
		return
	}
	for count := r.U8(); count > 0 && r.Err() == nil; count-- {
		if what&wire.HextileColoured != 0 {
			h.fore = fb.readPixel(r)
		}
		at, size := int(r.U8()), int(r.U8())
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
