package wire

// checkCursor makes r stop where a pointer is too large.
func checkCursor(r *Reader, q Rectangle) {
	if q.W > MaxCursor || q.H > MaxCursor {
		r.Breach("pointer of %dx%d pixels", q.W, q.H)
	}
}

// skipCursor passes over a pointer's picture and the mask that goes with it. RFC 6143,
// section 7.8.1.
func skipCursor(r *Reader, q Rectangle, f PixelFormat) {
	checkCursor(r, q)
	r.Skip(q.Pixels()*f.PixelSize() + q.Bitmap())
}

// xCursorColours is the length of an X cursor's two colours.
const xCursorColours = 6

// skipXCursor passes over two colours, a bitmap and a mask, or nothing for a pointer that
// has no size. rfbproto, "X Cursor Pseudo-encoding".
func skipXCursor(r *Reader, q Rectangle, _ PixelFormat) {
	checkCursor(r, q)
	if q.Pixels() > 0 {
		r.Skip(xCursorColours + 2*q.Bitmap())
	}
}

// skipAlphaCursor passes over a pointer's picture with transparency: always four bytes a
// pixel, in an encoding that it names itself, of which servers use Raw only. rfbproto,
// "Cursor With Alpha Pseudo-encoding".
func skipAlphaCursor(r *Reader, q Rectangle, _ PixelFormat) {
	checkCursor(r, q)
	if e := Encoding(r.U32()); e != Raw {
		r.Failf("alpha cursor in encoding %v", e)
		return
	}
	r.Skip(q.Pixels() * 4)
}
