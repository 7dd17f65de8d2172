package display

import (
	"errors"
	"image"
	"sync"
	"time"

	"vmstudy/rfb/wire"
	"vmstudy/vmhost/inlet"
)

// controls are the keyboard and the mouse of a Console.
type controls interface {
	Key(number uint32, down bool) error
	Button(button uint32, down bool) error
	Move(to image.Point) error
	Push(by image.Point) error
	Absolute() bool
}

var _ controls = (*Console)(nil)

// board is a machine's keyboard and pointer, and the inlet that all input passes before it reaches them.
type board struct {
	controls controls
	inlet    *inlet.Inlet
	room     inlet.Room
	caps     capsLock
}

// hands are the keys, buttons and mouse position of one viewer. want is their state as the viewer's messages
// say. The other fields are their state in the machine, which changes when an input has passed the inlet.
type hands struct {
	board   *board
	want    *inlet.Wants
	keys    map[uint32]bool // keys that are down, by QEMU's numbers
	buttons uint16          // as in wire.PointerEvent
	at      image.Point
	placed  bool // at is set
}

func newHands(b *board) *hands {
	return &hands{board: b, want: inlet.NewWants(b.room, inlet.Stays), keys: map[uint32]bool{}}
}

// do passes the input in a viewer's message to the machine, as soon as the machine has room for it. size is
// that of the screen. told, unless nil, is called with what became of the input. do reports false if the
// viewer sends more input than any person can.
func (h *hands) do(m wire.ClientMessage, size image.Point, told func(inlet.Fate)) bool {
	d, ok := h.deed(m, size)
	if !ok {
		d = inlet.Deed{Device: inlet.Keyboard, Do: func() bool { return false }} // counts as lost, when its turn comes
	}
	d.Told = told
	return h.board.inlet.Pass(d)
}

// deed converts a viewer's message to a Deed. ok is false for a character that no key has.
func (h *hands) deed(m wire.ClientMessage, size image.Point) (d inlet.Deed, ok bool) {
	if p, points := m.(wire.PointerEvent); points {
		d = h.want.Point(p.Buttons)
		d.Do = func() bool { return h.point(p, size) == nil }
		return d, true
	}
	number, sign, down, ok := keyOf(m)
	if !ok {
		return inlet.Deed{}, false
	}
	d = h.want.Key(number, down)
	d.Do = func() bool { return errors.Join(h.suit(sign, down), h.key(number, down)) == nil }
	d.Again = func(down bool) bool { return h.key(number, down) == nil }
	return d, true
}

// keyOf returns QEMU's number of the key in a message. If the viewer sent only a character, sign is its keysym;
// else sign is 0.
func keyOf(m wire.ClientMessage) (number, sign uint32, down, ok bool) {
	switch m := m.(type) {
	case wire.QEMUKeyEvent:
		if m.Keycode != 0 {
			return m.Keycode, 0, m.Down, true
		}
		return keyOf(wire.KeyEvent{Down: m.Down, Keysym: m.Keysym})
	case wire.KeyEvent:
		number, ok = numberOf(m.Keysym)
		return number, m.Keysym, m.Down, ok
	}
	return 0, 0, false, false
}

func (h *hands) key(number uint32, down bool) error {
	if down {
		h.keys[number] = true
	} else {
		delete(h.keys, number)
	}
	if number == keyCapsLock && down {
		h.board.caps.pressed(time.Now())
	}
	return h.board.controls.Key(number, down)
}

// suit presses Caps Lock in the guest if the letter sign would come out in the wrong case. A viewer that sends
// characters means exactly these, and presses Shift for a capital. QEMU's own VNC server does the same.
func (h *hands) suit(sign uint32, down bool) error {
	upper, lower := sign >= 'A' && sign <= 'Z', sign >= 'a' && sign <= 'z'
	shift := h.keys[keyShiftLeft] || h.keys[keyShiftRight]
	if !down || !upper && !lower || upper != shift || !h.board.caps.lit(time.Now()) {
		return nil
	}
	return errors.Join(h.key(keyCapsLock, true), h.key(keyCapsLock, false))
}

// buttonOf maps the bits of wire.PointerEvent.Buttons to QEMU's buttons.
var buttonOf = [...]uint32{ButtonLeft, ButtonMiddle, ButtonRight, WheelUp, WheelDown, WheelLeft, WheelRight, ButtonSide, ButtonExtra}

// point moves the pointer first, so that a button acts at the new position.
func (h *hands) point(m wire.PointerEvent, size image.Point) (err error) {
	to := image.Pt(min(int(m.X), size.X-1), min(int(m.Y), size.Y-1))
	switch {
	case h.placed && to == h.at || to.X < 0 || to.Y < 0:
	case h.board.controls.Absolute():
		err = h.board.controls.Move(to)
	case h.placed:
		err = h.board.controls.Push(to.Sub(h.at))
	}
	h.at, h.placed = to, true
	return errors.Join(err, h.setButtons(m.Buttons))
}

// setButtons presses and releases buttons until those in the mask are down.
func (h *hands) setButtons(mask uint16) (err error) {
	for bit, button := range buttonOf {
		if is := mask>>bit&1 != 0; is != (h.buttons>>bit&1 != 0) {
			err = errors.Join(err, h.board.controls.Button(button, is))
		}
	}
	h.buttons = mask
	return err
}

// letGo releases all keys and buttons of a viewer that has gone.
func (h *hands) letGo() {
	for _, number := range h.want.Keys() {
		d := h.want.Key(number, false)
		d.Must, d.Do = true, func() bool { return h.key(number, false) == nil }
		h.board.inlet.Pass(d)
	}
	if h.want.Buttons() == 0 {
		return
	}
	d := h.want.Point(0)
	d.Must, d.Do = true, func() bool { return h.setButtons(0) == nil }
	h.board.inlet.Pass(d)
}

// capsLock is the state of the guest's Caps Lock: its lamp, and presses to which the lamp has not reacted yet.
type capsLock struct {
	mu    sync.Mutex
	lamp  bool
	meant bool      // the expected state of the lamp, once the guest has read the presses
	until time.Time // meant counts until then, and the lamp afterwards: a guest may use the key for something else
}

// capsBelief is how long after a press of Caps Lock the expected state counts more than the lamp.
const capsBelief = 2 * time.Second

func (c *capsLock) lit(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state(now)
}

func (c *capsLock) state(now time.Time) bool {
	if now.Before(c.until) {
		return c.meant
	}
	return c.lamp
}

func (c *capsLock) pressed(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.meant, c.until = !c.state(now), now.Add(capsBelief)
}

// shown notes the state of the guest's lamp.
func (c *capsLock) shown(lit bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lamp = lit; lit == c.meant {
		c.until = time.Time{}
	}
}
