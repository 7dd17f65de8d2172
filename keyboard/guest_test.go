package keyboard

import (
	"fmt"
	"slices"
	"unicode"
)

// machine is a guest that writes what its own layout makes of the keys that go down.
type machine struct {
	layout *Layout
	caps   bool
	down   map[uint32]bool
	dead   rune
	text   string
}

func (m *machine) is(places ...uint32) bool {
	return slices.ContainsFunc(places, func(p uint32) bool { return m.down[p] })
}

func (m *machine) key(place uint32, down bool) {
	if !down {
		delete(m.down, place)
		return
	}
	m.down[place] = true
	of, has := m.layout.signs[place]
	if !has {
		return
	}
	level := Level(0)
	if m.is(placeShiftLeft, placeShiftRight) {
		level |= Shift
	}
	switch {
	case m.layout.hasAltGr() && m.is(placeAltGr):
		level |= AltGr
	case m.is(placeAltLeft, placeAltGr):
		m.text += "Alt+"
	}
	if m.layout.letter(place, level) && m.caps {
		level ^= Shift
	}
	if m.is(0x1d, 0x9d) {
		m.text += "Ctrl+"
		if m.is(placeShiftLeft, placeShiftRight) {
			m.text += "Shift+"
		}
		m.text += string(of[0].sign)
		return
	}
	m.write(of[level])
}

func (m *machine) write(of mark) {
	switch {
	case of.dead:
		m.dead = of.sign
	case m.dead != 0:
		into, ok := compose(m.dead, of.sign)
		if !ok {
			into = unicode.ReplacementChar
		}
		m.text += string(into)
		m.dead = 0
	case of.sign != 0:
		m.text += string(of.sign)
	}
}

// desk is a person at a keyboard whose browser is like Chromium's, in front of a machine.
type desk struct {
	*Typist
	*machine
	hand    *Layout
	missing int
	steps   []string // what went into the guest
}

func newDesk(hand, guest *Layout) *desk {
	return &desk{Typist: NewTypist(hand, guest), machine: &machine{layout: guest, down: map[uint32]bool{}}, hand: hand}
}

func (d *desk) says(keysym, place uint32, down bool) {
	if !down {
		if up := d.Release(keysym, place); up != 0 {
			d.do(Step{up, false})
		}
		return
	}
	p := d.Press(keysym, place)
	if p.Missing {
		d.missing++
	}
	held := Held{Shifts: ShiftsOf(func(place uint32) bool { return d.machine.down[place] }), Caps: d.caps}
	for _, s := range p.Steps(held) {
		d.do(s)
	}
}

func (d *desk) do(s Step) {
	d.steps = append(d.steps, fmt.Sprintf("%x%s", s.Place, map[bool]string{true: "+", false: "-"}[s.Down]))
	d.key(s.Place, s.Down)
}

// taps presses and releases a key.
func (d *desk) taps(keysym, place uint32) {
	d.says(keysym, place, true)
	d.says(keysym, place, false)
}

// modifiers are the keys that a person holds for a level.
func (d *desk) modifiers(level Level, down bool) {
	if level&Shift != 0 {
		d.says(0xffe1, placeShiftLeft, down)
	}
	if level&AltGr != 0 {
		d.says(symLevel3, placeAltGr, down)
	}
}

// types presses the keys that give a sign on the person's own keyboard.
func (d *desk) types(sign rune) {
	for _, s := range d.hand.Ways(sign, 0) {
		m := d.hand.at(s.Place, s.Level)
		keysym := symOf(m.sign)
		if m.dead {
			keysym = 0
		}
		d.modifiers(s.Level, true)
		d.taps(keysym, s.Place)
		d.modifiers(s.Level, false)
	}
}

// symOf returns the keysym that noVNC sends for a sign.
func symOf(sign rune) uint32 {
	if sign <= 0xff {
		return uint32(sign)
	}
	for keysym, is := range olds {
		if is == sign {
			return keysym
		}
	}
	return symUnicode + uint32(sign)
}
