package display

import (
	"errors"
	"image"
	"sync"
	"time"

	"vmstudy/rfb/wire"
	"vmstudy/vmhost/inlet"
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

// board is a machine's keyboard and pointer, and what lies on its way there.
type board struct {
	controls controls
	inlet    *inlet.Inlet
	room     inlet.Room
	caps     capsLock
}

// Hands are one viewer's: which keys and buttons they hold, and where they have put the mouse. What they do
// passes the inlet, so all but want is behind that.
type hands struct {
	board   *board
	want    *inlet.Wants
	keys    map[uint32]bool // by QEMU's numbers
	buttons uint16          // as in wire.PointerEvent
	at      image.Point
	placed  bool // at is known
}

func newHands(b *board) *hands {
	return &hands{board: b, want: inlet.NewWants(b.room), keys: map[uint32]bool{}}
}

// do does what a viewer's message says, on a screen of the given size, as soon as the machine has room for it.
// told, unless nil, hears what became of it. It reports false of a viewer who does more than anybody can.
func (h *hands) do(m wire.ClientMessage, size image.Point, told func(inlet.Fate)) bool {
	d, ok := h.deed(m, size)
	if !ok {
		d = inlet.Deed{Device: inlet.Keyboard, Do: func() bool { return false }} // in its turn
	}
	d.Told = told
	return h.board.inlet.Pass(d)
}

// deed puts a viewer's message into the inlet's terms. There is none for a sign that no key has.
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

// keyOf returns QEMU's number of the key that a message is about and, where the viewer told a sign and not a
// key, which sign.
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

// suit turns the guest's Caps Lock off if a letter would come out in the wrong case: a viewer who tells a sign
// means that sign, and holds Shift for a capital. QEMU's own VNC server does the same.
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

// point moves first, so that a button acts at the new place.
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
	return errors.Join(err, h.hold(m.Buttons))
}

// hold makes the buttons that are down those in the mask.
func (h *hands) hold(mask uint16) (err error) {
	for bit, button := range buttonOf {
		if is := mask>>bit&1 != 0; is != (h.buttons>>bit&1 != 0) {
			err = errors.Join(err, h.board.controls.Button(button, is))
		}
	}
	h.buttons = mask
	return err
}

// letGo releases everything: of a viewer that is gone.
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
	d.Must, d.Do = true, func() bool { return h.hold(0) == nil }
	h.board.inlet.Pass(d)
}

// capsLock is what is known of the guest's Caps Lock: its lamp, and what was pressed since.
type capsLock struct {
	mu    sync.Mutex
	lamp  bool
	meant bool      // what the lamp will be, once the guest has read what was pressed
	until time.Time // that is believed; then the lamp is: a guest may take the key for another
}

// capsBelief is how long a press of Caps Lock is believed against the lamp.
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

// shown notes what the guest's lamp shows.
func (c *capsLock) shown(lit bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lamp = lit; lit == c.meant {
		c.until = time.Time{}
	}
}
