package wire

// skipRRE passes over a background and subrectangles of one colour with 16-bit coordinates.
// RFC 6143, section 7.7.3.
func skipRRE(r *Reader, q Rectangle, f PixelFormat) { skipSubrectangles(r, q, f.PixelSize(), 8) }

// skipCoRRE passes over the same with 8-bit coordinates. rfbproto, "CoRRE Encoding".
func skipCoRRE(r *Reader, q Rectangle, f PixelFormat) { skipSubrectangles(r, q, f.PixelSize(), 4) }

func skipSubrectangles(r *Reader, q Rectangle, pixel, coordinates int) {
	r.Skip(pixel + Subrectangles(r, q)*(pixel+coordinates))
}

// Subrectangles reads how many of them follow.
func Subrectangles(r *Reader, q Rectangle) int {
	count := r.U32()
	// One subrectangle a pixel is the worst that a server could do and mean it.
	if int64(count) > int64(q.Pixels()) {
		r.Breach("%d subrectangles in %dx%d pixels", count, q.W, q.H)
		return 0
	}
	return int(count)
}
