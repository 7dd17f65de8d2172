package inlet

import (
	"image"
	"maps"
	"math/bits"
	"slices"
)

// Wants are the keys and buttons that one viewer has down, counting all inputs so far, whether they have gone in
// or wait. Its owner reports the viewer's inputs in order.
type Wants struct {
	room    Room
	stays   func(key uint32) bool
	keys    map[uint32]bool
	buttons uint16
	at      image.Point
}

// NewWants returns the Wants of a viewer with nothing down. room is that of the guest. stays says of which keys a repeat
// does nothing: see Stays.
func NewWants(room Room, stays func(key uint32) bool) *Wants {
	return &Wants{room: room, stays: stays, keys: map[uint32]bool{}}
}

// Key returns the Deed of a key that goes down or up. The caller sets Do, and Again.
func (w *Wants) Key(key uint32, down bool) Deed {
	d := Deed{Device: Keyboard, Units: w.room.Release, Key: key, Down: down, Repeat: down && w.keys[key], Stays: w.stays(key), Hand: w}
	if down {
		d.Units = w.room.Press
		if d.Retype = d.Repeat && w.room.Repeats && !d.Stays; d.Retype {
			d.Units += w.room.Release
		}
		w.keys[key] = true
	} else {
		delete(w.keys, key)
	}
	return d
}

// Point returns the Deed of a pointer that moves, or whose buttons change. buttons are the bits that are down,
// as in wire.PointerEvent, and at is where the pointer is then. The caller sets Do.
func (w *Wants) Point(buttons uint16, at image.Point) Deed {
	d := Deed{Device: Pointer, Units: w.room.Move, Had: w.buttons, Has: buttons, At: at, Hand: w}
	w.buttons, w.at = buttons, at
	if changed := bits.OnesCount16(d.Had ^ d.Has); changed > 0 {
		d.Units = w.room.Button + (changed-1)*(w.room.Button-w.room.Move)
	}
	return d
}

// Keys returns the keys that are down, in the order of their numbers.
func (w *Wants) Keys() []uint32 { return slices.Sorted(maps.Keys(w.keys)) }

// Buttons returns which buttons are down.
func (w *Wants) Buttons() uint16 { return w.buttons }

// At returns where the pointer is.
func (w *Wants) At() image.Point { return w.at }
