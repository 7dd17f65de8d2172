package inlet

import (
	"image"
	"time"
)

// A Deed is one input: a press, a release, or a move of the pointer.
type Deed struct {
	Device  Device
	Units   int         // how much of the device's Room it takes; 0 if the guest gets nothing
	Key     uint32      // for the keyboard: which key
	Down    bool        // the key goes down
	Repeat  bool        // the key goes down though it was down already
	Stays   bool        // the key changes the meaning of others while it is down: see Stays
	Retype  bool        // a Repeat before which the key goes up, because the guest ignores a second press
	Had     uint16      // for the pointer: the buttons that are down before it, as in wire.PointerEvent
	Has     uint16      // those that are down after it
	At      image.Point // where the pointer is after it, in pixels of the screen
	Hand    any         // identifies the viewer; comparable
	Foreign bool        // it types a sign that the guest's keyboard does not have
	Must    bool        // accepted however many inputs wait: the release of a viewer that leaves

	// Do sends the input to the machine, and reports whether that succeeded. Calls never overlap. Do must
	// not use the Inlet.
	Do func() bool
	// Again, unless nil, presses or releases the key once more. The rules of Do apply. A Retype needs it.
	Again func(down bool) bool
	// Told, unless nil, is called once with what became of the input.
	Told func(Fate)

	at    time.Time     // when the viewer sent it
	in    time.Duration // from the input before to at
	apart time.Duration // from the press of a button before to at, if it presses one
}

// moves reports whether the pointer moves, and no button goes down or up.
func (d Deed) moves() bool { return d.Device == Pointer && d.Had == d.Has }

// drags reports whether the pointer moves while a button is down.
func (d Deed) drags() bool { return d.moves() && d.Has != 0 }

// presses reports whether a button goes down.
func (d Deed) presses() bool { return d.Has&^d.Had != 0 }

// releases reports whether a button goes up.
func (d Deed) releases() bool { return d.Had&^d.Has != 0 }

// Fate is what became of a Deed.
type Fate struct {
	Delayed time.Duration // how long it waited in the Inlet; exactly 0 if it did not wait
	Lost    bool          // it will never reach the machine
	Passed  bool          // it was left out: a later move or a later repeat of the same key took its place, or it would have done nothing
}

// do sends the input, and reports whether that succeeded.
func (d Deed) do() bool {
	if d.Retype && !d.Again(false) {
		return false
	}
	return d.Do()
}

func (d Deed) told(f Fate) {
	if d.Told != nil {
		d.Told(f)
	}
}

// passedBy reports whether d may be left out for next, which is the next input of the same viewer: both are moves with no button down, or
// repeats of the same key.
func (d Deed) passedBy(next Deed) bool {
	hovers := d.moves() && next.moves() && d.Has == 0 && next.Has == 0
	return hovers || d.Repeat && next.Repeat && d.Key == next.Key
}

// Inputs that waited keep their distances in time, up to these limits. Otherwise a machine that has stood still
// would get them all at once, and some programs miss a click that takes no time.
const (
	keyBeat    = 20 * time.Millisecond // between keys, and between inputs on different devices
	buttonBeat = 100 * time.Millisecond
	// doubleClick is the longest time between two presses of a button that a program takes for a double click: 250 ms
	// (GTK 2) to 500 ms (Windows). Presses that were further apart do not come closer.
	doubleClick = 500 * time.Millisecond
	// beatSlack is how much shorter a distance may be, since the clocks are not read at the same moment.
	beatSlack = time.Millisecond
)

// distance returns the least time from before to d, on the machine's clock.
func (d Deed) distance(before Deed) time.Duration {
	longest := keyBeat
	switch {
	case d.moves() && before.moves() && d.Has == 0: // programs look at the last of several moves at once: on the way of a drag each counts
		longest = 0
	case d.Device == Pointer && (d.Had != d.Has || before.Had != before.Has):
		longest = buttonBeat
	}
	return max(0, min(d.in, longest)-beatSlack)
}
