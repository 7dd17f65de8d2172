package screen

import (
	"vmstudy/rfb/wire"
)

// drawers has how rectangles in each encoding of pixels are drawn. A drawer is called only with
// rectangles that lie on the screen.
var drawers = map[wire.Encoding]func(*wire.Reader, wire.Rectangle, *Framebuffer){
	wire.Raw:      drawRaw,
	wire.CopyRect: drawCopyRect,
	wire.RRE:      drawRRE,
	wire.CoRRE:    drawCoRRE,
	wire.Hextile:  drawHextile,
	wire.Zlib:     drawZlib,
	wire.Tight:    drawTight,
	wire.ZRLE:     drawZRLE,
	wire.H264:     drawH264,
	wire.TightPNG: drawTight,
}
