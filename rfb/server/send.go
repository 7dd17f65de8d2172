package server

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"io"
	"time"

	"vmstudy/rfb/screen"
	"vmstudy/rfb/wire"
)

// send sends an update whenever one is wanted and there is something to show. An error ends
// it; the listener sees the same connection fail.
//
// An update's first bytes are sent as soon as it is settled what the update shows, before it is encoded. A tap
// takes the update for an answer only to inputs that came before these bytes. So it is never taken for the answer
// to an input that came while it was being encoded.
func (v *viewer) send(conn io.WriteCloser) {
	defer conn.Close()
	defer v.cut()
	for v.next() {
		if !v.write(conn) {
			return
		}
		v.encode()
		if !v.write(conn) {
			return
		}
	}
}

// write sends what is in v.out and empties it.
func (v *viewer) write(conn io.Writer) bool {
	out := v.out
	v.out = v.out[:0]
	if len(out) == 0 { // a net.Pipe would wait for someone to read nothing
		return true
	}
	_, err := conn.Write(out)
	return err == nil
}

// next waits until there is something to send and puts it into v.out. It returns false once the
// viewer is gone.
func (v *viewer) next() bool {
	s := v.server
	s.mu.Lock()
	for !v.gone && len(v.replies) == 0 && !v.due(time.Now()) {
		v.wake.Wait()
	}
	if v.gone {
		s.mu.Unlock()
		return false
	}
	v.out = append(v.out[:0], v.replies...)
	v.replies, v.changed = v.replies[:0], v.changed[:0]
	v.wake.Broadcast() // the listener may wait for room
	switch now := time.Now(); {
	case v.ready(now):
		v.prepare(now)
	case v.refreshes(now):
		v.sharpen()
	}
	ok := v.failed == nil
	s.mu.Unlock()
	return ok
}

// due reports whether an update or a refresh is to be sent at now.
func (v *viewer) due(now time.Time) bool {
	return v.ready(now) || v.refreshes(now)
}

// ready reports whether there is something to show and the viewer wants an update now. If so, it sets v.wanted. If the pace will
// allow one later, it sets the alarm.
func (v *viewer) ready(now time.Time) bool {
	if !v.damage.any && len(v.untold) == 0 && v.late.Empty() {
		return false
	}
	if wait := v.gap - now.Sub(v.latest); wait > 0 {
		v.alarm.Reset(wait)
		return false
	}
	v.wanted = v.asked
	if !v.unasked.Empty() {
		if v.pace.ready(now, v.urgent) {
			v.wanted = v.wanted.Union(v.unasked)
		} else if wait := v.pace.waits(now); wait > 0 {
			v.alarm.Reset(wait)
		}
	}
	return !v.wanted.Empty() && (len(v.untold) > 0 || v.late.Overlaps(v.wanted) || v.damage.overlaps(v.wanted))
}

// prepare begins the next update. It puts rectangles that are no pixels into v.out, and the areas whose pixels
// are to follow into v.changed. The caller has locked Server.mu.
func (v *viewer) prepare(now time.Time) {
	v.apply()
	rects := 0
	if !v.unasked.Empty() && v.pace.probes(now) {
		v.out = wire.Fence{Flags: wire.FenceRequest | wire.FenceBlockBefore}.Append(v.out)
		v.pace.sent(now, 0)
	}
	at := len(v.out)
	v.out = wire.AppendUpdate(v.out, 0)
	sized := v.shown.Rect != v.server.screen.Rect
	rects += v.tellRest()
	if !sized { // pixels of a new size wait until the viewer has heard of it and asks
		v.withPointer(func() { v.compare(v.wanted) })
		v.takeLate()
	}
	if rects = v.count(rects); rects == 0 {
		v.out = v.out[:at] // nothing has really changed: the request stays open
		return
	}
	v.answers, v.urgent, v.sharp, v.stirred, v.latest = v.urgent, false, false, now, now
	v.out[at+2], v.out[at+3] = byte(rects>>8), byte(rects)
	v.asked = image.Rectangle{}
}

// apply obeys what the viewer has asked for since the last update.
func (v *viewer) apply() {
	if v.format != nil {
		v.encoder.SetFormat(*v.format)
		v.format = nil
	}
	if v.renewed {
		v.encoder.SetEncodings(v.encodings, v.server.Encodings)
		bits, frames := v.encodings.Wishes()
		v.filmRate, v.gap = bits, 0
		if frames > 0 {
			v.gap = time.Second / time.Duration(frames)
		}
		v.renewed = false
	}
}

// tellRest adds the rectangles that are no pixels to v.out and returns how many.
func (v *viewer) tellRest() int {
	s, size := v.server, v.server.screen.Rect.Size()
	if v.shown.Rect.Size() != size {
		v.shown = newScreen(size)
		v.late = image.Rectangle{} // all is sent anew
	}
	rects := 0
	for _, e := range []wire.Encoding{wire.DesktopSize, wire.ExtendedDesktopSize, wire.ExtendedKeyEvent, wire.Cursor, wire.LEDState} {
		if !v.untold[e] || e == wire.DesktopSize && v.can(wire.ExtendedDesktopSize) {
			continue
		}
		rects++
		switch e {
		case wire.DesktopSize:
			if !v.can(wire.DesktopSize) {
				v.failed = fmt.Errorf("viewer cannot follow the screen to another size, %v", size)
			}
			v.out = wire.AppendDesktopSize(v.out, size)
		case wire.ExtendedDesktopSize:
			v.out = wire.AppendExtendedDesktopSize(v.out, size, v.sizeWhy[0], v.sizeWhy[1])
		case wire.Cursor:
			v.out = v.encoder.AppendCursor(v.out, *s.shape)
		case wire.LEDState:
			v.out = wire.AppendLEDState(v.out, *s.lamps)
		default:
			v.out = wire.Rectangle{Encoding: e}.Append(v.out)
		}
	}
	clear(v.untold)
	v.sizeWhy = [2]uint16{}
	return rects
}

// compare finds what has really changed in the tiles that overlap an area, and copies it to v.shown.
func (v *viewer) compare(area image.Rectangle) {
	screen, now := v.server.screen, time.Now()
	v.damage.take(area, func(tile image.Rectangle, whole bool) {
		changed := tile
		if !whole {
			changed = difference(v.shown, screen, tile)
		}
		if !changed.Empty() {
			v.motion.note(tile, now)
			draw.Draw(v.shown, changed, screen, changed.Min, draw.Src)
			v.changed = append(v.changed, changed)
		}
	})
	v.changed = joined(v.changed)
}

// difference returns the smallest rectangle around the pixels of an area that differ. It compares alpha, too,
// which is the same everywhere.
func difference(a, b *image.RGBA, area image.Rectangle) image.Rectangle {
	d := image.Rectangle{Min: area.Max, Max: area.Min}
	for y := area.Min.Y; y < area.Max.Y; y++ {
		was, is := screen.Row(a, area, y), screen.Row(b, area, y)
		if bytes.Equal(was, is) {
			continue
		}
		first, last := 0, len(is)-1
		for was[first] == is[first] {
			first++
		}
		for was[last] == is[last] {
			last--
		}
		d.Min.X, d.Max.X = min(d.Min.X, area.Min.X+first/4), max(d.Max.X, area.Min.X+last/4+1)
		d.Min.Y, d.Max.Y = min(d.Min.Y, y), y+1
	}
	if d.Min.Y >= d.Max.Y {
		return image.Rectangle{}
	}
	return d
}

// count returns the number of rectangles that an update's header announces: others, and those that v.changed will become.
func (v *viewer) count(others int) int {
	if len(v.changed) > 0 && v.encoder.Free() {
		return untilLastRect
	}
	for _, area := range v.changed {
		v.encoder.Split(area, func(image.Rectangle) { others++ })
	}
	return others
}

// untilLastRect is the number of rectangles of an update that has an end of its own: rfbproto, "LastRect Pseudo-encoding".
const untilLastRect = 0xffff

// encode adds the rectangles of pixels that prepare has chosen to v.out and, where updates
// come unasked, a fence that tells when they have arrived.
func (v *viewer) encode() {
	if len(v.changed) == 0 {
		return
	}
	rest := v.changed
	if !v.sharp {
		rest = v.project(time.Now())
	}
	for _, area := range rest {
		if v.encoder.Free() {
			v.out = v.encoder.AppendParts(v.out, v.shown, area)
			continue
		}
		v.encoder.Split(area, func(part image.Rectangle) {
			v.out = v.encoder.Append(v.out, v.shown, part)
		})
	}
	if v.encoder.Free() {
		v.out = wire.Rectangle{Encoding: wire.LastRect}.Append(v.out)
	}
	v.noteBlur()
	v.server.mu.Lock()
	defer v.server.mu.Unlock()
	if !v.unasked.Empty() {
		v.pace.sent(time.Now(), len(v.out))
		v.out = wire.Fence{Flags: wire.FenceRequest | wire.FenceBlockBefore}.Append(v.out)
	}
}
