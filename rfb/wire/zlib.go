package wire

// ZlibLength reads how many compressed bytes follow: the frame of the Zlib (rfbproto, "Zlib
// Encoding") and ZRLE (RFC 6143, section 7.7.6) encodings.
func ZlibLength(r *Reader, q Rectangle, f PixelFormat) int {
	// zlib makes random data longer by some bytes in each 16 KiB, ZRLE by one in each tile,
	// and flushing adds a few: twice the raw size and 64 KiB are beyond any of that.
	return r.Length("compressed rectangle", r.U32(), 2*q.Pixels()*f.PixelSize()+64<<10)
}

// skipZlib passes over a length and as much compressed data.
func skipZlib(r *Reader, q Rectangle, f PixelFormat) { r.Skip(ZlibLength(r, q, f)) }
