package tap

import (
	"errors"
	"slices"
	"time"

	"vmstudy/rfb/wire"
)

// uplink decodes what a viewer sends.
type uplink struct {
	*agreed
	observe func(Event)
	limit   *limiter
	at      time.Time // when the bytes that are being decoded came
	buttons uint16    // down after the last pointer message
	inputs  int       // discrete ones so far
	moves   int
	awaited bool  // somebody calls Tap.Deliver
	told    Input // passed to observe, and used again
}

// greet implements [follower].
func (u *uplink) greet(r *wire.Reader) { u.followClient(r) }

// message implements [follower].
func (u *uplink) message(r *wire.Reader) {
	start := r.Count()
	kind := r.U8()
	if r.Err() == nil && (kind == wire.TypeSetEncodings || kind == wire.TypeClientCutText) {
		u.limit.begin(start, kind == wire.TypeClientCutText)
	}
	m := wire.ReadClientMessageOf(r, kind, u.mouse)
	if r.Err() == nil {
		u.take(r, m)
	}
}

// short implements [follower] for the messages that viewers send all the time. All others are rare.
func (u *uplink) short(r *wire.Reader) bool {
	switch r.U8() {
	case wire.TypeKeyEvent:
		if m := wire.ReadKeyEvent(r); r.Err() == nil {
			u.input(Key, m.Down)
		}
	case wire.TypePointerEvent:
		if m := wire.ReadPointerEvent(r, u.mouse); r.Err() == nil {
			u.point(m.Buttons)
		}
	case wire.TypeFramebufferUpdateRequest:
		if wire.ReadFramebufferUpdateRequest(r); r.Err() == nil {
			u.sending = true
		}
	default:
		return false
	}
	return r.Err() == nil
}

// take notes what a message, which has just been read, means for the measurement.
func (u *uplink) take(r *wire.Reader, m wire.ClientMessage) {
	switch m := m.(type) {
	case wire.KeyEvent:
		u.input(Key, m.Down)
	case wire.QEMUKeyEvent:
		u.input(Key, m.Down)
	case wire.PointerEvent:
		u.point(m.Buttons)
	case wire.SetPixelFormat:
		u.setFormat(r, m.Format)
	case wire.SetEncodings:
		u.sending = true // QEMU answers with the pointer's shape before it is asked
		u.resizes = slices.Contains(m, wire.DesktopSize) || slices.Contains(m, wire.ExtendedDesktopSize)
		u.limit.end(r.Count(), func() []byte { return u.limit.wish(m).Append(nil) })
	case wire.CutText:
		u.limit.end(r.Count(), nothing)
	case wire.FramebufferUpdateRequest, wire.EnableContinuousUpdates:
		u.sending = true
	}
}

// errFormatChanged is why a Tap gives up when the viewer changes the pixel format too late.
var errFormatChanged = errors.New("pixel format changed while updates in the old one may have been on their way")

// setFormat notes the format of rectangles to come. If some may be on their way already, nothing in the
// stream tells which format they are in.
func (u *uplink) setFormat(r *wire.Reader, f wire.PixelFormat) {
	if u.sending && !f.SameLengths(u.format) {
		r.Fail(errFormatChanged)
		return
	}
	u.format, u.asked = f, true
}

// point notes a pointer message with the given buttons down.
func (u *uplink) point(buttons uint16) {
	changed := buttons ^ u.buttons
	u.buttons = buttons
	switch {
	case changed == 0:
		u.moves++
		u.tell(Input{N: u.moves, Kind: Move})
	case changed&wire.WheelButtons != 0:
		u.input(Wheel, changed&buttons != 0)
	default:
		u.input(Button, changed&buttons != 0)
	}
}

// input notes a discrete input.
func (u *uplink) input(kind Kind, down bool) {
	u.inputs++
	u.tell(Input{N: u.inputs, Kind: kind, Down: down})
}

func (u *uplink) tell(in Input) {
	in.Message, in.At, in.Awaited = u.inputs+u.moves, u.at, u.awaited
	u.told = in
	u.observe(&u.told)
}
