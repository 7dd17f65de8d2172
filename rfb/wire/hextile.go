package wire

// The first byte of a tile says what follows. RFC 6143, section 7.7.4.
const (
	HextileRaw = 1 << iota
	HextileBackground
	HextileForeground
	HextileSubrectangles
	HextileColoured
)

// HextileSide is the width and height of a tile, in pixels.
const HextileSide = 16

// skipHextile passes over tiles of 16x16 pixels, row by row. RFC 6143, section 7.7.4.
func skipHextile(r *Reader, q Rectangle, f PixelFormat) {
	for y := 0; y < int(q.H); y += HextileSide {
		for x := 0; x < int(q.W); x += HextileSide {
			skipTile(r, min(HextileSide, int(q.W)-x)*min(HextileSide, int(q.H)-y), f.PixelSize())
			if r.Err() != nil {
				return
			}
		}
	}
}

// skipTile passes over one tile with the given number of pixels.
func skipTile(r *Reader, pixels, pixel int) {
	what := HextileKind(r)
	if what&HextileRaw != 0 {
		r.Skip(pixels * pixel)
		return
	}
	colours := 0
	if what&HextileBackground != 0 {
		colours++
	}
	if what&HextileForeground != 0 {
		colours++
	}
	r.Skip(colours * pixel)
	if what&HextileSubrectangles != 0 {
		each := 2
		if what&HextileColoured != 0 {
			each += pixel
		}
		r.Skip(int(r.U8()) * each)
	}
}

// HextileKind reads what the first byte of a tile says.
func HextileKind(r *Reader) uint8 {
	what := r.U8()
	if what >= HextileColoured<<1 {
		r.Failf("hextile tile of kind %#x", what)
	}
	return what
}
