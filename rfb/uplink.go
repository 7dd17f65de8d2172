package rfb

import (
	"errors"
	"slices"
	"time"
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
	awaited bool  // somebody tells of deliveries
	told    Input // lent to observe
}

// greet implements [follower].
func (u *uplink) greet(r *Reader) { u.followClient(r) }

// message implements [follower].
func (u *uplink) message(r *Reader) {
	start := r.read
	kind := r.u8()
	if r.err == nil && (kind == typeSetEncodings || kind == typeClientCutText) {
		u.limit.begin(start, kind == typeClientCutText)
	}
	m := readClientMessage(r, kind, u.mouse)
	if r.err == nil {
		u.take(r, m)
	}
}

// short implements [follower] for what viewers say all the time. Everything else is rare.
func (u *uplink) short(r *Reader) bool {
	switch r.u8() {
	case typeKeyEvent:
		if m := readKeyEvent(r); r.err == nil {
			u.input(Key, m.Down)
		}
	case typePointerEvent:
		if m := readPointerEvent(r, u.mouse); r.err == nil {
			u.point(m.Buttons)
		}
	case typeFramebufferUpdateRequest:
		if readFramebufferUpdateRequest(r); r.err == nil {
			u.sending = true
		}
	default:
		return false
	}
	return r.err == nil
}

// take draws from a message, which has just been read, what it means for the measurement.
func (u *uplink) take(r *Reader, m ClientMessage) {
	switch m := m.(type) {
	case KeyEvent:
		u.input(Key, m.Down)
	case QEMUKeyEvent:
		u.input(Key, m.Down)
	case PointerEvent:
		u.point(m.Buttons)
	case SetPixelFormat:
		u.setFormat(r, m.Format)
	case SetEncodings:
		u.sending = true // QEMU answers with the pointer's shape before it is asked
		u.resizes = slices.Contains(m, DesktopSize) || slices.Contains(m, ExtendedDesktopSize)
		u.limit.end(r.read, func() []byte { return m.only(u.limit.allow).Append(nil) })
	case CutText:
		u.limit.end(r.read, nothing)
	case FramebufferUpdateRequest, EnableContinuousUpdates:
		u.sending = true
	}
}

// errFormatChanged is what a Tap gives up over.
var errFormatChanged = errors.New("pixel format changed while updates in the old one may have been on their way")

// setFormat notes the format of rectangles to come. Once there may be some on their way, the
// stream does not tell which format they are in.
func (u *uplink) setFormat(r *Reader, f PixelFormat) {
	if u.sending && !f.sameLengths(u.format) {
		r.fail(errFormatChanged)
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
	case changed&wheel != 0:
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
