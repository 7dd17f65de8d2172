package rfb

// skipCursor passes over a pointer's picture and the mask that goes with it. RFC 6143,
// section 7.8.1.
func skipCursor(r *Reader, q Rectangle, f PixelFormat) {
	r.skip(q.pixels()*f.pixel() + q.bitmap())
}

// skipXCursor passes over two colours, a bitmap and a mask, or nothing for a pointer that
// has no size. rfbproto, "X Cursor Pseudo-encoding".
func skipXCursor(r *Reader, q Rectangle, _ PixelFormat) {
	if q.pixels() > 0 {
		r.skip(6 + 2*q.bitmap())
	}
}

// skipAlphaCursor passes over a pointer's picture with transparency: always four bytes a
// pixel, in an encoding that it names itself, of which servers use Raw only. rfbproto,
// "Cursor With Alpha Pseudo-encoding".
func skipAlphaCursor(r *Reader, q Rectangle, _ PixelFormat) {
	if e := Encoding(r.u32()); e != Raw {
		r.failf("alpha cursor in encoding %v", e)
		return
	}
	r.skip(q.pixels() * 4)
}
