package rfb

// zlibLength reads how many compressed bytes follow: the frame of the Zlib (rfbproto, "Zlib
// Encoding") and ZRLE (RFC 6143, section 7.7.6) encodings.
func zlibLength(r *Reader, q Rectangle, f PixelFormat) int {
	// zlib makes random data longer by some bytes in each 16 KiB, ZRLE by one in each tile,
	// and flushing adds a few: twice the raw size and 64 KiB are beyond any of that.
	return r.length("compressed rectangle", r.u32(), 2*q.pixels()*f.pixel()+64<<10)
}

// skipZlib passes over a length and as much compressed data.
func skipZlib(r *Reader, q Rectangle, f PixelFormat) { r.skip(zlibLength(r, q, f)) }

// drawZlib draws what Raw would have brought, compressed as one stream over all rectangles.
func drawZlib(r *Reader, q Rectangle, fb *Framebuffer) {
	z := fb.stream(streamZlib)
	z.open(r, zlibLength(r, q, fb.format))
	fb.rows(r, q.Area(), &fb.pixel, z.full)
	z.close()
}
