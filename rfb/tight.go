package rfb

// Kinds of Tight rectangle: the upper four bits of its first byte. rfbproto, "Tight
// Encoding" and "Tight PNG Encoding".
const (
	tightFill = 0x8
	tightJPEG = 0x9
	tightPNG  = 0xa

	tightFiltered = 0x4 // set in a basic rectangle: a byte naming its filter follows
)

// Filters of a basic Tight rectangle.
const (
	tightCopy = iota
	tightPalette
	tightGradient
)

// tightPlain is the length under which pixels are sent without compression or length.
const tightPlain = 12

// skipTight passes over a Tight or TightPNG rectangle.
func skipTight(r *Reader, q Rectangle, f PixelFormat) {
	switch kind := r.u8() >> 4; {
	case kind == tightFill:
		r.skip(f.tightPixel())
	case kind == tightJPEG, kind == tightPNG:
		r.skip(tightLength(r))
	case kind > tightPNG:
		r.failf("tight rectangle of kind %#x", kind)
	default:
		skipTightBasic(r, q, f, kind&tightFiltered != 0)
	}
}

// skipTightBasic passes over pixels that went through a filter and then zlib.
func skipTightBasic(r *Reader, q Rectangle, f PixelFormat, filtered bool) {
	filter := uint8(tightCopy)
	if filtered {
		filter = r.u8()
	}
	size := q.pixels() * f.tightPixel()
	switch filter {
	case tightCopy, tightGradient:
	case tightPalette:
		colours := int(r.u8()) + 1
		r.skip(colours * f.tightPixel())
		size = q.pixels()
		if colours <= 2 {
			size = q.bitmap()
		}
	default:
		r.failf("tight rectangle with filter %d", filter)
		return
	}
	if size < tightPlain {
		r.skip(size)
		return
	}
	r.skip(tightLength(r))
}

// tightLength reads a length of one to three bytes, seven bits in each of the first two, the
// low ones first. It is below 4 MiB and so never absurd.
func tightLength(r *Reader) int {
	b := r.u8()
	n := int(b & 0x7f)
	if b&0x80 == 0 {
		return n
	}
	b = r.u8()
	n |= int(b&0x7f) << 7
	if b&0x80 == 0 {
		return n
	}
	return n | int(r.u8())<<14
}
