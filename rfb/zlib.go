package rfb

// skipZlib passes over a length and as much compressed data: the frame of the Zlib
// (rfbproto, "Zlib Encoding") and ZRLE (RFC 6143, section 7.7.6) encodings.
func skipZlib(r *Reader, q Rectangle, f PixelFormat) {
	// zlib makes random data longer by some bytes in each 16 KiB, ZRLE by one in each tile,
	// and flushing adds a few: twice the raw size and 64 KiB are beyond any of that.
	r.skipLong("compressed rectangle", r.u32(), 2*q.pixels()*f.pixel()+64<<10)
}
