package rfb

// skipRRE passes over a background and subrectangles of one colour with 16-bit coordinates.
// RFC 6143, section 7.7.3.
func skipRRE(r *Reader, q Rectangle, f PixelFormat) { skipSubrectangles(r, q, f.pixel(), 8) }

// skipCoRRE passes over the same with 8-bit coordinates. rfbproto, "CoRRE Encoding".
func skipCoRRE(r *Reader, q Rectangle, f PixelFormat) { skipSubrectangles(r, q, f.pixel(), 4) }

func skipSubrectangles(r *Reader, q Rectangle, pixel, coordinates int) {
	count := r.u32()
	// One subrectangle a pixel is the worst that a server could do and mean it.
	if int64(count) > int64(q.pixels()) {
		r.failf("%d subrectangles in %dx%d pixels", count, q.W, q.H)
		return
	}
	r.skip(pixel + int(count)*(pixel+coordinates))
}
