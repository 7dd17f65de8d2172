package rfb

// readName reads a length and a desktop's name.
func readName(r *Reader) string {
	name := make([]byte, r.length("desktop name", r.u32(), MaxName))
	r.full(name)
	return string(name)
}

// skipDesktopName passes over a new name. rfbproto, "DesktopName Pseudo-encoding".
func skipDesktopName(r *Reader, _ Rectangle, _ PixelFormat) {
	r.skip(r.length("desktop name", r.u32(), MaxName))
}
