package wire

// Kinds of Tight rectangle: the upper four bits of its first byte. rfbproto, "Tight
// Encoding" and "Tight PNG Encoding".
const (
	TightKindFill = 0x8
	TightKindJPEG = 0x9
	TightKindPNG  = 0xa

	TightFiltered = 0x4 // set in a basic rectangle: a byte naming its filter follows
)

// Filters of a basic Tight rectangle.
const (
	TightFilterCopy = iota
	TightFilterPalette
	TightFilterGradient
)

// TightPlain is the length under which pixels are sent without compression or length.
const TightPlain = 12

// skipTight passes over a Tight or TightPNG rectangle.
func skipTight(r *Reader, q Rectangle, f PixelFormat) {
	switch kind := r.U8() >> 4; {
	case kind == TightKindFill:
		r.Skip(f.TightPixelSize())
	case kind == TightKindJPEG, kind == TightKindPNG:
		r.Skip(TightLength(r))
	case kind > TightKindPNG:
		r.Failf("tight rectangle of kind %#x", kind)
	default:
		skipTightBasic(r, q, f, kind&TightFiltered != 0)
	}
}

// skipTightBasic passes over pixels that went through a filter and then zlib.
func skipTightBasic(r *Reader, q Rectangle, f PixelFormat, filtered bool) {
	filter := uint8(TightFilterCopy)
	if filtered {
		filter = r.U8()
	}
	size := q.Pixels() * f.TightPixelSize()
	switch filter {
	case TightFilterCopy, TightFilterGradient:
	case TightFilterPalette:
		colours := int(r.U8()) + 1
		r.Skip(colours * f.TightPixelSize())
		size = q.Pixels()
		if colours <= 2 {
			size = q.Bitmap()
		}
	default:
		r.Failf("tight rectangle with filter %d", filter)
		return
	}
	if size < TightPlain {
		r.Skip(size)
		return
	}
	r.Skip(TightLength(r))
}

// TightLength reads a length of one to three bytes, seven bits in each of the first two, the
// low ones first. It is below 4 MiB and so never absurd.
func TightLength(r *Reader) int {
	b := r.U8()
	n := int(b & 0x7f)
	if b&0x80 == 0 {
		return n
	}
	b = r.U8()
	n |= int(b&0x7f) << 7
	if b&0x80 == 0 {
		return n
	}
	return n | int(r.U8())<<14
}
