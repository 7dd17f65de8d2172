package rfb

import "encoding/binary"

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

func keepDesktopName(r *Reader, _ Rectangle, fb *Framebuffer) { fb.name = readName(r) }

// AppendDesktopName adds the rectangle that tells a new name.
func AppendDesktopName(b []byte, name string) []byte {
	b = Rectangle{Encoding: DesktopName}.Append(b)
	b = binary.BigEndian.AppendUint32(b, uint32(len(name)))
	return append(b, name...)
}
