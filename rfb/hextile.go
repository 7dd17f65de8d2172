package rfb

// What the first byte of a tile says is to follow. RFC 6143, section 7.7.4.
const (
	hextileRaw = 1 << iota
	hextileBackground
	hextileForeground
	hextileSubrectangles
	hextileColoured
)

// skipHextile passes over tiles of 16x16 pixels, row by row. RFC 6143, section 7.7.4.
func skipHextile(r *Reader, q Rectangle, f PixelFormat) {
	for y := 0; y < int(q.H); y += 16 {
		for x := 0; x < int(q.W); x += 16 {
			skipTile(r, min(16, int(q.W)-x)*min(16, int(q.H)-y), f.pixel())
			if r.err != nil {
				return
			}
		}
	}
}

// skipTile passes over one tile with the given number of pixels.
func skipTile(r *Reader, pixels, pixel int) {
	what := r.u8()
	if what >= hextileColoured<<1 {
		r.failf("hextile tile of kind %#x", what)
		return
	}
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
