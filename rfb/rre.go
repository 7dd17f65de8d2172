package rfb

import "image"

// skipRRE passes over a background and subrectangles of one colour with 16-bit coordinates.
// RFC 6143, section 7.7.3.
func skipRRE(r *Reader, q Rectangle, f PixelFormat) { skipSubrectangles(r, q, f.pixel(), 8) }

// skipCoRRE passes over the same with 8-bit coordinates. rfbproto, "CoRRE Encoding".
func skipCoRRE(r *Reader, q Rectangle, f PixelFormat) { skipSubrectangles(r, q, f.pixel(), 4) }

func skipSubrectangles(r *Reader, q Rectangle, pixel, coordinates int) {
	r.skip(pixel + subrectangles(r, q)*(pixel+coordinates))
}

// subrectangles reads how many of them follow.
func subrectangles(r *Reader, q Rectangle) int {
	count := r.u32()
	// One subrectangle a pixel is the worst that a server could do and mean it.
	if int64(count) > int64(q.pixels()) {
		r.breach("%d subrectangles in %dx%d pixels", count, q.W, q.H)
		return 0
	}
	return int(count)
}

func drawRRE(r *Reader, q Rectangle, fb *Framebuffer) {
	drawSubrectangles(r, q, fb, func() image.Rectangle {
		x, y, w, h := int(r.u16()), int(r.u16()), int(r.u16()), int(r.u16())
		return image.Rect(x, y, x+w, y+h)
	})
}

func drawCoRRE(r *Reader, q Rectangle, fb *Framebuffer) {
	drawSubrectangles(r, q, fb, func() image.Rectangle {
		x, y, w, h := int(r.u8()), int(r.u8()), int(r.u8()), int(r.u8())
		return image.Rect(x, y, x+w, y+h)
	})
}

// subrectangleOverlap is how often, on average, a pixel may be painted over by subrectangles.
// Servers paint each at most once; without a bound few bytes could mean much work.
const subrectangleOverlap = 4

func drawSubrectangles(r *Reader, q Rectangle, fb *Framebuffer, next func() image.Rectangle) {
	count, at := subrectangles(r, q), q.Area()
	fb.fill(at, fb.readPixel(r))
	work := subrectangleOverlap * q.pixels()
	for ; count > 0 && r.err == nil; count-- {
		c := fb.readPixel(r)
		sub := next().Add(at.Min)
		work -= sub.Dx() * sub.Dy()
		switch {
		case r.err != nil:
		case !sub.In(at) || work < 0:
			r.breach("subrectangle %v in %v, or too many of them on top of each other", sub, at)
		default:
			fb.fill(sub, c)
		}
	}
}
