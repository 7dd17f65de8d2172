package screen

import (
	"image"
	"image/draw"

	"vmstudy/rfb/wire"
)

func drawCopyRect(r *wire.Reader, q wire.Rectangle, fb *Framebuffer) {
	from := image.Pt(int(r.U16()), int(r.U16()))
	source := image.Rectangle{Max: q.Area().Size()}.Add(from)
	if r.Err() == nil && !source.In(fb.picture.Rect) {
		r.Breach("copy from %v outside of a screen of %v", source, fb.Size())
		return
	}
	if r.Err() == nil {
		draw.Draw(fb.picture, q.Area(), fb.picture, from, draw.Src)
	}
}
