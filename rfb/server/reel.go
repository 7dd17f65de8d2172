package server

import (
	"encoding/binary"
	"image"
	"image/draw"
	"time"

	"vmstudy/rfb/h264"
	"vmstudy/rfb/wire"
)

// reel is a film that is encoded as H.264 for one viewer.
type reel struct {
	area    image.Rectangle
	rate    int64 // bits a second
	began   time.Time
	started chan started  // gets one
	encoder *h264.Encoder // nil until it has started
	first   []byte        // the first picture, until it is sent
}

// started is an encoder and the first picture that it has made.
type started struct {
	encoder *h264.Encoder
	first   []byte
	err     error
}

// filmQuality is H.264's constant rate factor of films that take less than their rate.
const filmQuality = 23

// Rules for the rate of a film. It begins anew at another rate if what passes in a second has changed much, but not too often: a film begins with a
// picture that is several times longer than the others.
const (
	filmShare  = 0.75            // the rate of a film, as a share of what passes in a second
	filmLess   = 0.6             // a film begins anew if its rate should be less than this share of the rate that it has
	filmMore   = 1.8             // or more than so many times that rate
	filmOften  = 3 * time.Second // the shortest time between two beginnings
	filmLeast  = 100_000         // the lowest rate, in bits a second
	filmShrunk = 2               // a film also begins anew if its area has become so many times smaller
)

// newReel begins to encode an area of a screen. The encoder takes a moment to start; films go on as they were until then.
func newReel(shown *image.RGBA, area image.Rectangle, rate int64, now time.Time) *reel {
	r := &reel{area: area, rate: rate, began: now, started: make(chan started, 1)}
	first := image.NewRGBA(image.Rectangle{Max: area.Size()})
	draw.Draw(first, first.Rect, shown, area.Min, draw.Src)
	go func() {
		e, err := h264.NewEncoder(area.Size(), h264.Options{Rate: rate, Quality: filmQuality})
		var data []byte
		if err == nil {
			data, err = e.Append(nil, first, first.Rect)
		}
		r.started <- started{e, data, err}
	}()
	return r
}

// ready reports whether pictures can be encoded by now. An error says that this computer cannot do it.
func (r *reel) ready() (bool, error) {
	if r.encoder != nil {
		return true, nil
	}
	select {
	case s := <-r.started:
		r.started <- s // for close
		if s.err != nil {
			return false, s.err
		}
		r.encoder, r.first = s.encoder, s.first
		return true, nil
	default:
		return false, nil
	}
}

// append adds the rectangle with the next picture to b.
func (r *reel) append(b []byte, shown *image.RGBA) ([]byte, error) {
	if r.first != nil {
		b, r.first = r.rectangle(b, r.first, wire.H264Reset), nil
	}
	data, err := r.encoder.Append(nil, shown, r.area)
	if err != nil {
		return b, err
	}
	return r.rectangle(b, data, 0), nil
}

func (r *reel) rectangle(b, data []byte, flags uint32) []byte {
	b = wire.RectangleOf(r.area, wire.H264).Append(b)
	b = binary.BigEndian.AppendUint32(b, uint32(len(data)))
	b = binary.BigEndian.AppendUint32(b, flags)
	return append(b, data...)
}

// close ends the encoder, as soon as it has started.
func (r *reel) close() {
	go func() {
		if s := <-r.started; s.encoder != nil {
			s.encoder.Close()
		}
	}()
}

// project decides whether there is a film, and encodes it. It adds its next picture to v.out if v.changed has a part of it, and returns what
// remains of v.changed.
func (v *viewer) project(now time.Time) []image.Rectangle {
	v.direct(now)
	if v.reel == nil {
		return v.changed
	}
	ready, err := v.reel.ready()
	if ready {
		rest, shows := v.apart(now)
		switch {
		case shows.Empty():
			return v.changed
		case v.answers && !v.owed && len(rest) > 0: // what may be an answer does not wait for the film, but not twice in a row
			v.late = shows
			return rest
		}
		before := len(v.out)
		if v.out, err = v.reel.append(v.out, v.shown); err == nil {
			v.projected = v.reel.area
			return rest
		}
		v.out = v.out[:before]
	}
	if err != nil { // no more films for this viewer
		v.cut()
		v.filmRate = 0
	}
	return v.changed
}

// takeLate adds what was late to v.changed if it is wanted.
func (v *viewer) takeLate() {
	if v.owed = v.late.Overlaps(v.wanted); v.owed {
		v.changed = append(v.changed, v.late)
		v.late = image.Rectangle{}
	}
}

// apart returns what of v.changed is not of the film, and a rectangle around what is.
func (v *viewer) apart(now time.Time) (rest []image.Rectangle, shows image.Rectangle) {
	for _, area := range v.changed {
		if in := area.Intersect(v.reel.area); !in.Empty() {
			v.film.note(in, now)
			shows = shows.Union(in)
		}
		rest = append(rest, without(area, v.reel.area)...)
	}
	return rest, shows
}

// direct begins, moves and ends the reel.
func (v *viewer) direct(now time.Time) {
	if v.filmRate == 0 || !v.encoder.Free() || !v.encoder.Wants(wire.H264) {
		v.cut()
		return
	}
	area, steady := v.film.find(now, v.shown.Rect)
	rate := v.filmRate
	v.server.mu.Lock()
	if passes := v.pace.rate() * 8 * filmShare; passes > 0 {
		rate = max(min(rate, int64(passes)), filmLeast)
	}
	v.server.mu.Unlock()
	if r := v.reel; r != nil {
		small := area.Dx()*area.Dy()*filmShrunk < r.area.Dx()*r.area.Dy()
		other := float64(rate) < filmLess*float64(r.rate) || float64(rate) > filmMore*float64(r.rate)
		switch {
		case area.Empty() || !r.area.In(v.shown.Rect):
			v.cut()
			return
		case area.In(r.area) && !small && !other, now.Sub(r.began) < filmOften && area.In(r.area), !steady:
			return
		}
		v.cut()
		v.leave(r.area, area)
	}
	if steady && !area.Empty() && h264.CanBe(area.Size()) {
		v.reel = newReel(v.shown, area, rate, now)
	}
}

// leave is called when a film moves from the area before to the area now. The part that it no longer covers is sent anew, without loss.
// The usual refresh would not come, since that waits until nothing on the screen moves.
func (v *viewer) leave(before, now image.Rectangle) {
	v.server.mu.Lock()
	defer v.server.mu.Unlock()
	for _, part := range without(before, now) {
		v.damage.renew(part)
	}
}

// cut ends the reel.
func (v *viewer) cut() {
	if v.reel != nil {
		v.reel.close()
		v.reel = nil
	}
}
