package screen

import (
	"vmstudy/rfb/wire"
)

// drawZlib draws what Raw would have brought, compressed as one stream over all rectangles.
func drawZlib(r *wire.Reader, q wire.Rectangle, fb *Framebuffer) {
	z := fb.stream(streamZlib)
	z.open(r, wire.ZlibLength(r, q, fb.format))
	fb.rows(r, q.Area(), &fb.pixel, z.full)
	z.close()
}
