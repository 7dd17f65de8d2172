package display

import (
	"image"
	"maps"
	"slices"

	"vmstudy/rfb"
)

// controls are what hands are laid on: a Console.
type controls interface {
	Key(number uint32, down bool) error
	Button(button uint32, down bool) error
	Move(to image.Point) error
	Push(by image.Point) error
	Absolute() bool
}

var _ controls = (*Console)(nil)

// Hands are one viewer's: which keys and buttons they hold, and where they have put the mouse.
type hands struct {
	controls controls
	keys     map[uint32]bool // by QEMU's numbers
	buttons  uint16          // as in rfb.PointerEvent
	at       image.Point
	placed   bool   // at is known
	wanted   uint16 // the buttons once all is done that waits at the gate; the gate's
}

func newHands(c controls) *hands { return &hands{controls: c, keys: map[uint32]bool{}} }

// do does what a viewer's message says, on a screen of the given size. What fails is lost: the
// console is then at its end, and the viewer with it.
func (h *hands) do(m rfb.ClientMessage, size image.Point) {
	switch m := m.(type) {
	case rfb.QEMUKeyEvent:
		if m.Keycode != 0 {
			h.key(m.Keycode, m.Down)
			return
		}
		h.do(rfb.KeyEvent{Down: m.Down, Keysym: m.Keysym}, size)
	case rfb.KeyEvent:
		if number, ok := numberOf(m.Keysym); ok {
			h.key(number, m.Down)
		}
	case rfb.PointerEvent:
		h.point(m, size)
	}
}

func (h *hands) key(number uint32, down bool) {
	if down {
		h.keys[number] = true
	} else {
		delete(h.keys, number)
	}
	_ = h.controls.Key(number, down)
}

// buttonOf maps the bits of rfb.PointerEvent.Buttons to QEMU's buttons.
var buttonOf = [...]uint32{ButtonLeft, ButtonMiddle, ButtonRight, WheelUp, WheelDown, WheelLeft, WheelRight, ButtonSide, ButtonExtra}

// point moves first, so that a button acts at the new place.
func (h *hands) point(m rfb.PointerEvent, size image.Point) {
	to := image.Pt(min(int(m.X), size.X-1), min(int(m.Y), size.Y-1))
	switch {
	case h.placed && to == h.at || to.X < 0 || to.Y < 0:
	case h.controls.Absolute():
		_ = h.controls.Move(to)
	case h.placed:
		_ = h.controls.Push(to.Sub(h.at))
	}
	h.at, h.placed = to, true
	h.hold(m.Buttons)
}

// hold makes the buttons that are down those in the mask.
func (h *hands) hold(mask uint16) {
	for bit, button := range buttonOf {
		if is := mask>>bit&1 != 0; is != (h.buttons>>bit&1 != 0) {
			_ = h.controls.Button(button, is)
		}
	}
	h.buttons = mask
}

// letGo releases everything: of a viewer that is gone.
func (h *hands) letGo() {
	for _, number := range slices.Sorted(maps.Keys(h.keys)) {
		h.key(number, false)
	}
	h.hold(0)
}
