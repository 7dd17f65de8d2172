package screen

import (
	"image"

	"vmstudy/rfb/wire"
)

func drawRRE(r *wire.Reader, q wire.Rectangle, fb *Framebuffer) {
	drawSubrectangles(r, q, fb, func() image.Rectangle {
		x, y, w, h := int(r.U16()), int(r.U16()), int(r.U16()), int(r.U16())
		return image.Rect(x, y, x+w, y+h)
	})
}

func drawCoRRE(r *wire.Reader, q wire.Rectangle, fb *Framebuffer) {
	drawSubrectangles(r, q, fb, func() image.Rectangle {
		x, y, w, h := int(r.U8()), int(r.U8()), int(r.U8()), int(r.U8())
		return image.Rect(x, y, x+w, y+h)
	})
}

// subrectangleOverlap is how often, on average, a pixel may be painted over by subrectangles.
// Servers paint each at most once; without a bound few bytes could mean much work.
const subrectangleOverlap = 4

func drawSubrectangles(r *wire.Reader, q wire.Rectangle, fb *Framebuffer, next func() image.Rectangle) {
	count, at := wire.Subrectangles(r, q), q.Area()
	fb.fill(at, fb.readPixel(r))
	work := subrectangleOverlap * q.Pixels()
	for ; count > 0 && r.Err() == nil; count-- {
		c := fb.readPixel(r)
		sub := next().Add(at.Min)
		work -= sub.Dx() * sub.Dy()
		switch {
		case r.Err() != nil:
		case !sub.In(at) || work < 0:
			r.Breach("subrectangle %v in %v, or too many of them on top of each other", sub, at)
		default:
			fb.fill(sub, c)
		}
	}
}
