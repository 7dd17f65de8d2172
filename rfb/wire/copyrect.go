package wire

// skipCopyRect passes over the corner that pixels are copied from. RFC 6143, section 7.7.2.
func skipCopyRect(r *Reader, _ Rectangle, _ PixelFormat) { r.Skip(4) }
