package robot

import (
	"image"
	"image/draw"
	"time"

	"vmstudy/rfb/screen"
	"vmstudy/rfb/wire"
)

// run reads onto back until the connection ends.
func (c *Client) run(r *wire.Reader, back *screen.Framebuffer) {
	defer close(c.done)
	defer back.Close()
	for r.Err() == nil {
		switch kind := r.U8(); {
		case r.Err() != nil:
		case kind == wire.TypeFramebufferUpdate:
			c.update(r, back)
		default:
			c.hear(r, wire.ReadServerMessageOf(r, kind), back)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.err = r.Err()
	close(c.turned)
	c.turned = nil // never waited for: err is looked at first
}

// hear obeys a message that is not an update.
func (c *Client) hear(r *wire.Reader, m wire.ServerMessage, back *screen.Framebuffer) {
	if r.Err() != nil {
		return
	}
	switch m := m.(type) {
	case wire.SetColourMapEntries:
		back.SetColours(m)
	case wire.Fence:
		if m.Flags&wire.FenceRequest != 0 {
			r.Fail(c.send(m.Answer()))
		}
	case wire.EndOfContinuousUpdates: // only servers that can do it send this
		c.asks = !c.asks
		if !c.asks {
			r.Fail(c.send(continuous(back.Size())))
		}
	}
}

func continuous(size image.Point) wire.EnableContinuousUpdates {
	return wire.EnableContinuousUpdates{Enable: true, W: uint16(size.X), H: uint16(size.Y)}
}

// update reads one FramebufferUpdate onto back, shows it and asks for the next.
func (c *Client) update(r *wire.Reader, back *screen.Framebuffer) {
	drawn, err := back.Update(r)
	if err != nil {
		return
	}
	if drawn.Resized {
		r.Fail(c.sizes.Change(time.Now()))
	}
	c.show(back.Picture(), drawn.Area)
	size := back.Size()
	if drawn.Resized && !c.asks {
		r.Fail(c.send(continuous(size)))
	}
	if c.asks || drawn.Resized {
		r.Fail(c.send(wire.FramebufferUpdateRequest{Incremental: !drawn.Resized, W: uint16(size.X), H: uint16(size.Y)}))
	}
}

// show makes back visible and wakes who waits for it, if anything was drawn.
func (c *Client) show(back *image.RGBA, area image.Rectangle) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.front.Rect != back.Rect {
		c.front = copyOf(back)
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
