package rfb

// maxName is more than any desktop is called, in bytes.
const maxName = 64 << 10

// skipDesktopName passes over a new name. rfbproto, "DesktopName Pseudo-encoding".
func skipDesktopName(r *Reader, _ Rectangle, _ PixelFormat) {
	r.skipLong("desktop name", r.u32(), maxName)
}
