package keyboard

// A Typist translates what a person presses into keys of a guest. It follows which keys the person holds, so every press
// and release has to pass it, in order. It is not safe for concurrent use.
type Typist struct {
	hand  *Layout // nil if it is not known
	guest *Layout // nil if it is not known: then each key arrives by its place

	down    map[uint32]Press // what the person holds, and what it pressed
	held    map[uint32]bool  // Ctrl, Alt and Super that are down in the guest, by their places
	shifts  map[uint32]bool  // the Shift keys that the person holds
	third   bool             // the person holds AltGr
	pending rune             // the accent of a dead key that waits for its letter; 0 for none
}

// NewTypist returns a Typist for a person whose keyboard has the layout hand, at a machine whose keyboard has the layout
// guest. Either may be nil: not known.
func NewTypist(hand, guest *Layout) *Typist {
	return &Typist{hand: hand, guest: guest, down: map[uint32]Press{}, held: map[uint32]bool{}, shifts: map[uint32]bool{}}
}

// A Press says what one press of a person does in the guest.
type Press struct {
	// Before are strokes that are pressed and released first: a dead key of the guest, or the accent of a dead key of the
	// person's that changes no letter.
	Before []Stroke
	// Stroke is the key that goes down, and up with the person's; nil if there is none.
	Stroke *Stroke
	// Missing says that the person typed a sign that the guest does not have.
	Missing bool
}

// by returns the Press of one key, whatever is held.
func by(place uint32) Press { return Press{Stroke: &Stroke{Place: place, Loose: true}} }

// Press notes that the person presses a key. keysym is what the browser says it gives, or 0 if it says nothing of that, as
// of dead keys. place is where the key lies, or 0 if the browser does not say it, as of keyboards on the screen.
func (t *Typist) Press(keysym, place uint32) Press {
	id := identity(keysym, place)
	before, again := t.down[id]
	p := t.press(keysym, place, again)
	if again && before.up() != 0 && p.up() != before.up() {
		p = before // a key that is held repeats what it gave first: no other key may go down for it
	}
	t.down[id] = p
	t.note(p.up(), true)
	return p
}

// up returns the place that goes up when the person releases the key; 0 for none.
func (p Press) up() uint32 {
	if p.Stroke == nil {
		return 0
	}
	return p.Stroke.Place
}

// Release notes that the person releases a key. It returns the place in the guest that goes up; 0 for none.
func (t *Typist) Release(keysym, place uint32) (up uint32) {
	id := identity(keysym, place)
	before, known := t.down[id]
	up = before.up()
	if !known { // it went down before this Typist saw anything
		if levelChooser(keysym) {
			return 0
		}
		up = t.placeOf(keysym, place)
	}
	delete(t.down, id)
	if levelChooser(keysym) {
		t.third = false
	}
	t.note(up, false)
	return up
}

// identity tells a person's keys apart. Keysyms have fewer than 30 bits.
func identity(keysym, place uint32) uint32 {
	if place != 0 {
		return 1<<31 | place
	}
	return keysym
}

// note follows the keys of the guest that change what others do.
func (t *Typist) note(place uint32, down bool) {
	of := map[uint32]bool(nil)
	switch place {
	case placeShiftLeft, placeShiftRight:
		of = t.shifts
	case 0x1d, 0x9d, placeAltLeft, placeAltGr, 0xdb, 0xdc: // Ctrl, Alt, Super
		of = t.held
	default:
		return
	}
	if down {
		of[place] = true
	} else {
		delete(of, place)
	}
}

func levelChooser(keysym uint32) bool { return keysym == symLevel3 || keysym == symModeSwitch }

func (t *Typist) press(keysym, place uint32, again bool) Press {
	sign := signOf(keysym)
	switch {
	case t.guest == nil && place != 0:
		return by(place)
	case levelChooser(keysym) && t.guest != nil:
		t.third = true
		return Press{}
	case keysym == 0:
		return t.unsaid(place, again)
	case keysym == symKPSeparator || keysym == symKPDecimal:
		return t.decimal(keysym)
	case sign != 0:
		return t.sign(sign, place)
	case keysym == symBackspace && t.pending != 0:
		t.pending = 0 // it takes back the dead key, which has written nothing yet
		return Press{}
	}
	at := t.placeOf(keysym, place)
	if at == 0 {
		return Press{Missing: true}
	}
	return by(at)
}

// placeOf returns where the guest has a key without a sign.
func (t *Typist) placeOf(keysym, place uint32) uint32 {
	switch at, known := keys[keysym]; {
	case keysym == symAltRight && t.guest != nil && t.guest.hasAltGr():
		return placeAltLeft // the person's right Alt is an Alt; that of the guest is not
	case t.guest == nil && place != 0, !known, keysym >= 0xff80 && keysym <= 0xffb9 && place != 0: // the number pad
		return place
	default:
		return at
	}
}

// level returns what the person holds of Shift and AltGr.
func (t *Typist) level() (l Level) {
	if len(t.shifts) > 0 {
		l |= Shift
	}
	if t.third {
		l |= AltGr
	}
	return l
}

// unsaid is a press of which the browser does not say what it gives: a dead key, or a key while it composes by itself.
func (t *Typist) unsaid(place uint32, again bool) Press {
	if t.hand == nil || t.hand.signs[place] == [levels]mark{} {
		return by(place)
	}
	m := t.hand.at(place, t.level())
	switch waited := t.pending; {
	case !m.dead && m.sign == 0:
		return Press{}
	case !m.dead:
		return t.sign(m.sign, place)
	case again: // it is held, and repeats
		return Press{}
	case waited == 0:
		t.pending = m.sign
		return Press{}
	case waited == m.sign:
		t.pending = 0
		return t.write(waited, 0)
	default:
		t.pending = m.sign
		return t.write(waited, 0)
	}
}

// sign is a press that gives a sign.
func (t *Typist) sign(sign rune, place uint32) Press {
	accent := t.pending
	t.pending = 0
	if accent == 0 || t.composedBefore(sign, place) {
		return t.write(sign, place)
	}
	if into, ok := compose(accent, sign); ok {
		return t.write(into, place)
	}
	first, second := t.write(accent, 0), t.write(sign, place)
	if first.Stroke != nil {
		second.Before = append(append(first.Before, *first.Stroke), second.Before...)
	}
	second.Missing = second.Missing || first.Missing
	return second
}

// composedBefore reports whether the browser has applied the dead key by itself: it says another sign than the key has.
func (t *Typist) composedBefore(sign rune, place uint32) bool {
	if t.hand == nil || place == 0 {
		return false
	}
	plain := t.hand.signs[place]
	for _, m := range plain {
		if m.sign == sign && !m.dead {
			return false
		}
	}
	return plain != [levels]mark{}
}

// write returns how the guest gets a sign. With Ctrl, Alt or Super, a letter is its key, with Shift as it is held: Ctrl and Z
// is no Ctrl, Shift and Z because Caps Lock is on.
func (t *Typist) write(sign rune, place uint32) Press {
	guest := t.guest
	if guest == nil {
		guest = american // who sends signs without places means those of a US keyboard
	}
	ways := guest.Ways(sign, place)
	if len(ways) == 0 {
		return Press{Missing: true}
	}
	last := ways[len(ways)-1]
	if last.Letter && len(t.held) > 0 {
		last.Loose = true
	}
	return Press{Before: ways[:len(ways)-1], Stroke: &last}
}

// decimal is the decimal key of a number pad.
func (t *Typist) decimal(keysym uint32) Press {
	sign := map[uint32]rune{symKPSeparator: ',', symKPDecimal: '.'}[keysym]
	if t.guest == nil || t.guest.Decimal == sign {
		return by(placeDecimal)
	}
	return t.sign(sign, 0)
}
