package rfb

import (
	"image"
	"image/draw"
	"time"
)

// run reads until the connection ends.
func (c *Client) run(r *Reader) {
	defer close(c.done)
	back := c.Screen()
	for r.err == nil {
		switch kind := r.u8(); {
		case r.err != nil:
		case kind == typeFramebufferUpdate:
			back = c.update(r, back)
		default:
			skipServerMessage(r, kind)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.err = r.err
	close(c.turned)
	c.turned = nil // never waited for: err is looked at first
}

// update reads one FramebufferUpdate onto back, shows it and asks for the next.
func (c *Client) update(r *Reader, back *image.RGBA) *image.RGBA {
	size := back.Rect.Size()
	var area image.Rectangle
	eachRectangle(r, func(q Rectangle) {
		if now := resized(back.Rect.Size(), q); now != back.Rect.Size() {
			back = fit(back, now)
		}
		if forms[q.Encoding].draws {
			checkInside(r, q, back.Rect.Size())
			area = area.Union(q.Area())
		}
		paint(r, back, q)
	})
	if r.err != nil {
		return back
	}
	c.show(back, area)
	next := FramebufferUpdateRequest{Incremental: back.Rect.Size() == size}
	next.W, next.H = uint16(back.Rect.Dx()), uint16(back.Rect.Dy())
	r.fail(c.send(next))
	return back
}

// fit returns a picture of the given size with as much of the old one as fits.
func fit(old *image.RGBA, size image.Point) *image.RGBA {
	now := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(now, now.Rect, old, image.Point{}, draw.Src)
	return now
}

// paint reads what follows the header q and draws it.
func paint(r *Reader, back *image.RGBA, q Rectangle) {
	at := q.Area()
	switch {
	case r.err != nil:
	case q.Encoding == Raw:
		for y := at.Min.Y; y < at.Max.Y && r.err == nil; y++ {
			row := back.Pix[back.PixOffset(at.Min.X, y):][:4*at.Dx()]
			r.full(row)
			for i := 3; i < len(row); i += 4 {
				row[i] = 0xff
			}
		}
	case q.Encoding == CopyRect:
		from := image.Pt(int(r.u16()), int(r.u16()))
		draw.Draw(back, at, back, from, draw.Src)
	default:
		skipPayload(r, q, RGBX)
	}
}

// show makes back visible and wakes who waits for it, if anything was drawn.
func (c *Client) show(back *image.RGBA, area image.Rectangle) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.front.Rect != back.Rect {
		c.front = fit(back, back.Rect.Size())
	}
	draw.Draw(c.front, area, back, area.Min, draw.Src)
	if area.Empty() {
		return
	}
	c.changes = append(c.changes, Change{N: c.seen() + 1, At: time.Now(), Area: area})
	if len(c.changes) > maxChanges {
		c.changes = c.changes[1:]
	}
	close(c.turned)
	c.turned = make(chan struct{})
}
