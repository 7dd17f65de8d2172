package display

import (
	"errors"
	"image"
	"slices"
	"sync"
	"time"

	"vmstudy/keyboard"
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
	inlet  *inlet.Inlet
	room   inlet.Room
	layout *keyboard.Layout // of the guest's keyboard; nil if it is not known
	caps   capsLock

	mu       sync.Mutex
	controls controls
	down     map[uint32]bool // keys that are down in the machine, by QEMU's numbers
}

// reach returns the machine's keyboard and mouse.
func (b *board) reach() controls {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.controls
}

// key presses or releases a key of the machine.
func (b *board) key(number uint32, down bool) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if down {
		b.down[number] = true
	} else {
		delete(b.down, number)
	}
	return b.controls.Key(number, down)
}

// follow lets the input go to c, in which the machine goes on. Keys that are down are pressed there: c does not release what it has not
// pressed (QEMU 7.2, ui/kbd-state.c). The guest does not hear of that, because it does not run yet.
func (b *board) follow(c controls) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.controls = c
	for number := range b.down {
		_ = c.Key(number, true) // an error means that the connection has ended, and whoever made it hears of that
	}
}

// hands are the keys, buttons and mouse position of one viewer. typist and want are their state as the viewer's
// messages say. The other fields are their state in the machine, which changes when an input has passed the inlet.
type hands struct {
	board   *board
	typist  *keyboard.Typist
	want    *inlet.Wants
	keys    map[uint32]bool // keys that are down, by QEMU's numbers
	buttons uint16          // as in wire.PointerEvent
	at      image.Point
	placed  bool // at is set
}

// newHands returns the hands of a viewer whose own keyboard has the layout own; nil if it is not known.
func newHands(b *board, own *keyboard.Layout) *hands {
	return &hands{board: b, typist: keyboard.NewTypist(own, b.layout), want: inlet.NewWants(b.room, inlet.Stays), keys: map[uint32]bool{}}
}

// do passes the input in a viewer's message to the machine, as soon as the machine has room for it. size is
// that of the screen. told, unless nil, is called with what became of the input. do reports false if the
// viewer sends more input than any person can.
func (h *hands) do(m wire.ClientMessage, size image.Point, told func(inlet.Fate)) bool {
	d := h.deed(m, size)
	d.Told = told
	return h.board.inlet.Pass(d)
}

// deed converts a viewer's message to a Deed: one message is one Deed, whatever number of keys it presses.
func (h *hands) deed(m wire.ClientMessage, size image.Point) inlet.Deed {
	if p, points := m.(wire.PointerEvent); points {
		d := h.want.Point(p.Buttons, image.Pt(int(p.X), int(p.Y)))
		d.Do = func() bool { return h.point(p, size) == nil }
		return d
	}
	switch m := m.(type) {
	case wire.QEMUKeyEvent:
		return h.deedOfKey(m.Keysym, m.Keycode, m.Down)
	case wire.KeyEvent:
		return h.deedOfKey(m.Keysym, 0, m.Down)
	}
	return inlet.Deed{Device: inlet.Keyboard, Do: func() bool { return false }} // counts as lost, when its turn comes
}

func (h *hands) deedOfKey(keysym, place uint32, down bool) inlet.Deed {
	if down {
		return h.press(h.typist.Press(keysym, place))
	}
	number := h.typist.Release(keysym, place)
	if number == 0 { // nothing of it is down in the guest
		return inlet.Deed{Device: inlet.Keyboard, Do: func() bool { return true }}
	}
	d := h.want.Key(number, false)
	d.Do = func() bool { return h.key(number, false) == nil }
	return d
}

// press returns the Deed of a key that goes down. Which other keys it needs is decided when it goes in, since Caps Lock may
// change before.
func (h *hands) press(p keyboard.Press) inlet.Deed {
	if p.Stroke == nil {
		return inlet.Deed{Device: inlet.Keyboard, Foreign: p.Missing, Do: func() bool { return !p.Missing }}
	}
	number := p.Stroke.Place
	wants := h.want.Keys()
	steps := p.Steps(h.held(func(place uint32) bool { return slices.Contains(wants, place) }))
	d := h.want.Key(number, true)
	d.Foreign = p.Missing
	d.Units += h.units(steps) - h.board.room.Press // want has counted the press itself
	d.Do = func() bool { return h.enter(p) == nil }
	d.Again = func(down bool) bool { return h.key(number, down) == nil }
	return d
}

func (h *hands) units(steps []keyboard.Step) (units int) {
	for _, s := range steps {
		if s.Down {
			units += h.board.room.Press
		} else {
			units += h.board.room.Release
		}
	}
	return units
}

func (h *hands) held(down func(place uint32) bool) keyboard.Held {
	return keyboard.Held{Shifts: keyboard.ShiftsOf(down), Caps: h.board.caps.lit(time.Now())}
}

// enter presses the keys of p.
func (h *hands) enter(p keyboard.Press) (err error) {
	for _, s := range p.Steps(h.held(func(place uint32) bool { return h.keys[place] })) {
		err = errors.Join(err, h.key(s.Place, s.Down))
	}
	return err
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
	return h.board.key(number, down)
}

// keyCapsLock is QEMU's number of Caps Lock.
const keyCapsLock = 0x3a

// buttonOf maps the bits of wire.PointerEvent.Buttons to QEMU's buttons.
var buttonOf = [...]uint32{ButtonLeft, ButtonMiddle, ButtonRight, WheelUp, WheelDown, WheelLeft, WheelRight, ButtonSide, ButtonExtra}

// point moves the pointer first, so that a button acts at the new position.
func (h *hands) point(m wire.PointerEvent, size image.Point) (err error) {
	to := image.Pt(min(int(m.X), size.X-1), min(int(m.Y), size.Y-1))
	switch {
	case h.placed && to == h.at || to.X < 0 || to.Y < 0:
	case h.board.reach().Absolute():
		err = h.board.reach().Move(to)
	case h.placed:
		err = h.board.reach().Push(to.Sub(h.at))
	}
	h.at, h.placed = to, true
	return errors.Join(err, h.setButtons(m.Buttons))
}

// setButtons presses and releases buttons until those in the mask are down.
func (h *hands) setButtons(mask uint16) (err error) {
	for bit, button := range buttonOf {
		if is := mask>>bit&1 != 0; is != (h.buttons>>bit&1 != 0) {
			err = errors.Join(err, h.board.reach().Button(button, is))
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
	d := h.want.Point(0, h.want.At())
	d.Must, d.Do = true, func() bool { return h.setButtons(0) == nil }
	h.board.inlet.Pass(d)
}

// capsLock is the state of the guest's Caps Lock: its lamp, and presses to which the lamp has not reacted yet.
type capsLock struct {
	mu    sync.Mutex
	lamp  bool
	blind bool      // a QEMU that has followed another does not know the lamp, and says that it is dark
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
	if c.blind {
		c.lamp = c.meant
	}
}

// follow notes that another QEMU tells of the lamp from now on. It knows the lamp as soon as it says that it is lit.
func (c *capsLock) follow() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.blind = true
}

// shown notes the state of the guest's lamp.
func (c *capsLock) shown(lit bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.blind && !lit {
		return
	}
	c.blind = false
	if c.lamp = lit; lit == c.meant {
		c.until = time.Time{}
	}
}
