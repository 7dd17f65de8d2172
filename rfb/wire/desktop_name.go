package wire

// readName reads a length and a desktop's name.
func readName(r *Reader) string {
	name := make([]byte, r.Length("desktop name", r.U32(), MaxName))
	r.Full(name)
	return string(name)
}

// skipDesktopName passes over a new name. rfbproto, "DesktopName Pseudo-encoding".
func skipDesktopName(r *Reader, _ Rectangle, _ PixelFormat) {
	r.Skip(r.Length("desktop name", r.U32(), MaxName))
}
