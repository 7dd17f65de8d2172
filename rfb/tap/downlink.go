package tap

import (
	"image"
	"time"

	"vmstudy/rfb/wire"
)

// downlink decodes what a machine sends.
type downlink struct {
	*agreed
	observe func(Event)
	limit   *limiter
	at      time.Time   // when the bytes that are being decoded were read
	size    image.Point // of the screen
	sizes   wire.Sizes
	updates int
	refresh bool   // the next update is one
	told    Update // passed to observe, and used again
}

// greet implements [follower].
func (d *downlink) greet(r *wire.Reader) {
	init := d.followServer(r)
	d.size = image.Pt(int(init.W), int(init.H))
	if !d.asked {
		d.format = init.Format
	}
}

// message implements [follower].
func (d *downlink) message(r *wire.Reader) {
	start := r.Count()
	switch kind := r.U8(); {
	case r.Err() != nil:
	case kind == wire.TypeFramebufferUpdate:
		d.update(r, start)
	case kind == wire.TypeServerCutText:
		d.limit.begin(start, true)
		if wire.ReadCutText(r); r.Err() == nil {
			d.limit.end(r.Count(), nothing)
		}
	default:
		fence, is := wire.ReadServerMessageOf(r, kind).(wire.Fence)
		d.refresh = d.refresh || is && fence.Payload == wire.RefreshMark
	}
}

// short implements [follower] for updates that have only pixels.
func (d *downlink) short(r *wire.Reader) bool {
	start := r.Count()
	if r.U8() != wire.TypeFramebufferUpdate {
		return false
	}
	u, left, plain := Update{Begun: d.at}, wire.NewBudget(d.size), true
	wire.EachRectangle(r, func(q wire.Rectangle) {
		if plain = plain && q.Encoding.Draws(); !plain {
			return
		}
		d.pixels(r, q, &u, &left)
		wire.SkipPayload(r, q, d.format)
	})
	if r.Err() != nil || !plain {
		return false
	}
	d.tell(u, r.Count()-start)
	return true
}

// update follows one FramebufferUpdate that began at the given place in the stream.
func (d *downlink) update(r *wire.Reader, start int64) {
	u := Update{Begun: d.at}
	left := wire.NewBudget(d.size)
	wire.EachRectangle(r, func(q wire.Rectangle) {
		if q.Encoding.Draws() {
			d.pixels(r, q, &u, &left)
		} else {
			left.Spend(r, q)
		}
		if q.Encoding == wire.ExtendedMouseButtons {
			d.mouse = true
		}
		wire.SkipPayload(r, q, d.format)
		if now := wire.Resized(d.size, q); r.Err() == nil && now != d.size {
			d.size = now
			left.Resize(r, now)
			r.Fail(d.sizes.Change(d.at))
		}
	})
	if r.Err() == nil {
		d.tell(u, r.Count()-start)
	}
}

// pixels counts a rectangle of pixels.
func (d *downlink) pixels(r *wire.Reader, q wire.Rectangle, u *Update, left *wire.Budget) {
	left.Spend(r, q)
	if d.resizes { // if not, QEMU may change the size and not tell
		wire.CheckInside(r, q, d.size)
	}
	u.Rects++
	if q.Encoding == wire.H264 {
		u.Films++
	}
	u.Area = u.Area.Union(q.Area())
}

// tell reports an update of so many bytes that has just been read.
func (d *downlink) tell(u Update, bytes int64) {
	d.updates++
	d.told, d.told.Refresh = u, d.refresh
	d.refresh = false
	d.told.N, d.told.Ended, d.told.Bytes = d.updates, d.at, bytes
	d.observe(&d.told)
}
