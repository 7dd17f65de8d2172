package inlet

import (
	"maps"
	"math/bits"
	"slices"
)

// Wants is what one viewer holds down once everything is done that they have done so far, whether it has
// gone in or waits. Who owns it gives it what the viewer does, in order.
type Wants struct {
	room    Room
	keys    map[uint32]bool
	buttons uint16
}

// NewWants returns that of a viewer who holds nothing, at a machine with so much room.
func NewWants(room Room) *Wants { return &Wants{room: room, keys: map[uint32]bool{}} }

// Key returns the Deed of a key that goes down or up. Its Do is left to the caller.
func (w *Wants) Key(key uint32, down bool) Deed {
	d := Deed{Device: Keyboard, Units: w.room.Release, Key: key, Down: down, Repeat: down && w.keys[key], Hand: w}
	if down {
		d.Units = w.room.Press
		w.keys[key] = true
	} else {
		delete(w.keys, key)
	}
	return d
}

// Point returns the Deed of a pointer that is somewhere with these buttons down, bits as in
// wire.PointerEvent. Its Do is left to the caller.
func (w *Wants) Point(buttons uint16) Deed {
	changed := bits.OnesCount16(buttons ^ w.buttons)
	w.buttons = buttons
	d := Deed{Device: Pointer, Units: w.room.Move, Moves: changed == 0, Buttons: changed > 0, Hand: w}
	if changed > 0 {
		d.Units = w.room.Button + (changed-1)*(w.room.Button-w.room.Move)
	}
	return d
}

// Keys returns the keys that are down, in the order of their numbers, and Buttons which buttons are.
func (w *Wants) Keys() []uint32 { return slices.Sorted(maps.Keys(w.keys)) }

// Buttons returns which buttons are down.
func (w *Wants) Buttons() uint16 { return w.buttons }
