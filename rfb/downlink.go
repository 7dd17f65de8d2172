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
	sizes   Sizes
	updates int
	told    Update // lent to observe
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

// short implements [follower] for updates that bring nothing but pixels.
func (d *downlink) short(r *Reader) bool {
	start := r.read
	if r.u8() != typeFramebufferUpdate {
		return false
	}
	u, left, plain := Update{Begun: d.at}, newBudget(d.size), true
	eachRectangle(r, func(q Rectangle) {
		form := forms[q.Encoding]
		if plain = plain && form.draws; !plain {
			return
		}
		d.pixels(r, q, &u, &left)
		form.skip(r, q, d.format)
	})
	if r.err != nil || !plain {
		return false
	}
	d.tell(u, r.read-start)
	return true
}

// update follows one FramebufferUpdate that began at the given place in the stream.
func (d *downlink) update(r *Reader, start int64) {
	u := Update{Begun: d.at}
	left := newBudget(d.size)
	eachRectangle(r, func(q Rectangle) {
		if forms[q.Encoding].draws {
			d.pixels(r, q, &u, &left)
		} else {
			left.spend(r, q)
		}
		if q.Encoding == ExtendedMouseButtons {
			d.mouse = true
		}
		skipPayload(r, q, d.format)
		if now := resized(d.size, q); r.err == nil && now != d.size {
			d.size = now
			left.resize(r, now)
			r.fail(d.sizes.Change(d.at))
		}
	})
	if r.err == nil {
		d.tell(u, r.read-start)
	}
}

// pixels counts a rectangle of pixels.
func (d *downlink) pixels(r *Reader, q Rectangle, u *Update, left *budget) {
	left.spend(r, q)
	if d.resizes { // else QEMU draws on a screen whose size it keeps to itself
		checkInside(r, q, d.size)
	}
	u.Rects++
	u.Area = u.Area.Union(q.Area())
}

// tell tells of an update of so many bytes that has just been read.
func (d *downlink) tell(u Update, bytes int64) {
	d.updates++
	d.told = u
	d.told.N, d.told.Ended, d.told.Bytes = d.updates, d.at, bytes
	d.observe(&d.told)
}
