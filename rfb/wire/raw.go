package wire

// skipRaw passes over w*h pixels. RFC 6143, section 7.7.1.
func skipRaw(r *Reader, q Rectangle, f PixelFormat) { r.Skip(q.Pixels() * f.PixelSize()) }
