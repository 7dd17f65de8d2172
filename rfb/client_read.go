package rfb

import (
	"image"
	"image/draw"
	"time"
)

// run reads onto back until the connection ends.
func (c *Client) run(r *Reader, back *Framebuffer) {
	defer close(c.done)
	for r.err == nil {
		switch kind := r.u8(); {
		case r.err != nil:
		case kind == typeFramebufferUpdate:
			c.update(r, back)
		default:
			c.hear(r, readServerMessage(r, kind), back)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.err = r.err
	close(c.turned)
	c.turned = nil // never waited for: err is looked at first
}

// hear obeys a message that is no update.
func (c *Client) hear(r *Reader, m ServerMessage, back *Framebuffer) {
	if r.err != nil {
		return
	}
	switch m := m.(type) {
	case SetColourMapEntries:
		back.SetColours(m)
	case Fence:
		if m.Flags&FenceRequest != 0 {
			r.fail(c.send(m.Answer()))
		}
	case EndOfContinuousUpdates: // the server sends it to who has said to understand it
		c.asks = !c.asks
		if !c.asks {
			r.fail(c.send(continuous(back.Size())))
		}
	}
}

func continuous(size image.Point) EnableContinuousUpdates {
	return EnableContinuousUpdates{Enable: true, W: uint16(size.X), H: uint16(size.Y)}
}

// update reads one FramebufferUpdate onto back, shows it and asks for the next.
func (c *Client) update(r *Reader, back *Framebuffer) {
	drawn, err := back.Update(r)
	if err != nil {
		return
	}
	if drawn.Resized {
		r.fail(c.sizes.Change(time.Now()))
	}
	c.show(back.Picture(), drawn.Area)
	size := back.Size()
	if drawn.Resized && !c.asks {
		r.fail(c.send(continuous(size)))
	}
	if c.asks || drawn.Resized {
		r.fail(c.send(FramebufferUpdateRequest{Incremental: !drawn.Resized, W: uint16(size.X), H: uint16(size.Y)}))
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
