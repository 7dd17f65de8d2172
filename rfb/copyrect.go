package rfb

import (
	"image"
	"image/draw"
)

// skipCopyRect passes over the corner that pixels are copied from. RFC 6143, section 7.7.2.
func skipCopyRect(r *Reader, _ Rectangle, _ PixelFormat) { r.skip(4) }

func drawCopyRect(r *Reader, q Rectangle, fb *Framebuffer) {
	from := image.Pt(int(r.u16()), int(r.u16()))
	source := image.Rectangle{Max: q.Area().Size()}.Add(from)
	if r.err == nil && !source.In(fb.picture.Rect) {
		r.breach("copy from %v outside of a screen of %v", source, fb.Size())
		return
	}
	if r.err == nil {
		draw.Draw(fb.picture, q.Area(), fb.picture, from, draw.Src)
	}
}
