package rfb

import (
	"image"
	"time"
)

// downlink decodes what a machine sends.
type downlink struct {
	*agreed
	observe func(Event)
	limit   *limiter
	at      time.Time   // when the bytes that are being decoded were read
	size    image.Point // of the screen
	sizes   storm
	updates int
}

// greet implements [follower].
func (d *downlink) greet(r *Reader) {
	init := d.followServer(r)
	d.size = image.Pt(int(init.W), int(init.H))
	if !d.asked {
		d.format = init.Format
	}
}

// message implements [follower].
func (d *downlink) message(r *Reader) {
	start := r.read
	switch kind := r.u8(); {
	case r.err != nil:
	case kind == typeFramebufferUpdate:
		d.update(r, start)
	case kind == typeServerCutText:
		d.limit.begin(start, true)
		if readCutText(r); r.err == nil {
			d.limit.end(r.read, nothing)
		}
	default:
		readServerMessage(r, kind)
	}
}

// skip implements [follower].
func (d *downlink) skip(r *Reader) {
	switch kind := r.u8(); {
	case r.err != nil:
	case kind == typeFramebufferUpdate:
		eachRectangle(r, func(q Rectangle) { skipPayload(r, q, d.format) })
	case kind == typeServerCutText:
		readCutText(r)
	default:
		readServerMessage(r, kind)
	}
}

// update follows one FramebufferUpdate that began at the given place in the stream.
func (d *downlink) update(r *Reader, start int64) {
	u := Update{Begun: d.at}
	left := newBudget(d.size)
	eachRectangle(r, func(q Rectangle) {
		left.spend(r, q)
		if forms[q.Encoding].draws {
			if d.resizes { // else QEMU draws on a screen whose size it keeps to itself
				checkInside(r, q, d.size)
			}
			u.Rects++
			u.Area = u.Area.Union(q.Area())
		}
		if q.Encoding == ExtendedMouseButtons {
			d.mouse = true
		}
		skipPayload(r, q, d.format)
		if now := resized(d.size, q); r.err == nil && now != d.size {
			d.size = now
			left.resize(r, now)
			d.sizes.resize(r, d.at)
		}
	})
	if r.err != nil {
		return
	}
	d.updates++
	u.N, u.Ended, u.Bytes = d.updates, d.at, r.read-start
	d.observe(u)
}
