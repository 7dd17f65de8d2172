package keyboard

import (
	"fmt"
	"slices"
	"strings"
)

// Level says which of the keys that choose a sign are held: bit 0 for Shift, bit 1 for AltGr.
type Level uint8

// The bits of a Level.
const (
	Shift Level = 1 << iota
	AltGr
	levels Level = 4 // how many there are
)

// Places of keys that have no sign.
const (
	placeShiftLeft  = 0x2a
	placeShiftRight = 0x36
	placeAltLeft    = 0x38
	placeAltGr      = 0xb8
	placeDecimal    = 0x53 // of the number pad
)

// A Layout says which signs the keys of a keyboard have. It never changes.
type Layout struct {
	Name    string // as in X: us, gb, de, fr
	Title   string // in English, for people
	Decimal rune   // the decimal sign of the number pad

	// Printed are the signs with AltGr that are printed on keys that are sold; X has more.
	Printed string

	signs map[uint32][levels]mark
	ways  map[rune][]Stroke // of each sign that one key gives, the way with the fewest other keys first
	dead  map[rune][]Stroke // of each accent that a dead key has
}

// A mark is what a key has on one level. The zero mark is nothing.
type mark struct {
	sign rune
	dead bool // sign is the accent of a dead key; 0 for one that makes nothing that this package knows
}

// A Stroke is a key that is pressed to get a sign.
type Stroke struct {
	Place  uint32
	Level  Level
	Letter bool // Caps Lock exchanges its small and its capital form
	Loose  bool // Level does not matter: the key means the same with Shift and without
}

// rows are the places of the keys with signs, row by row, from left to right: those of a keyboard with 105 keys, which
// has one more than that with 104 (0x56, right of the left Shift).
var rows = [4][]uint32{
	{0x29, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d},
	{0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18, 0x19, 0x1a, 0x1b},
	{0x1e, 0x1f, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x28, 0x2b},
	{0x56, 0x2c, 0x2d, 0x2e, 0x2f, 0x30, 0x31, 0x32, 0x33, 0x34, 0x35},
}

const (
	placeSpace = 0x39
	none       = "∅" // in layouts: this key has nothing on this level
	ring       = '◌' // in layouts: begins a dead key; its accent follows
)

// read makes the maps of a layout from its rows. Each row has four lines, one a level, with the signs of its places
// parted by spaces; a missing line has nothing.
func (l Layout) read(text [4][levels]string) *Layout {
	l.signs = map[uint32][levels]mark{placeSpace: {{sign: ' '}, {sign: ' '}}}
	for i, places := range rows {
		for level, line := range text[i] {
			for j, word := range strings.Fields(line) {
				if j >= len(places) {
					panic(fmt.Sprintf("layout %s: row %d, level %d has %d signs", l.Name, i, level, len(strings.Fields(line))))
				}
				of := l.signs[places[j]]
				of[level] = markOf(word)
				l.signs[places[j]] = of
			}
		}
	}
	l.find()
	return &l
}

func markOf(word string) mark {
	switch s := []rune(word); {
	case word == none:
		return mark{}
	case s[0] == ring && len(s) == 1:
		return mark{dead: true}
	case s[0] == ring:
		return mark{sign: s[1], dead: true}
	default:
		return mark{sign: s[0]}
	}
}

// find fills ways and dead from signs.
func (l *Layout) find() {
	l.ways, l.dead = map[rune][]Stroke{}, map[rune][]Stroke{}
	for level := range levels { // few other keys first
		for _, places := range append(rows[:], []uint32{placeSpace}) {
			for _, place := range places {
				m := l.signs[place][level]
				s := Stroke{Place: place, Level: level, Letter: l.letter(place, level), Loose: place == placeSpace}
				switch into := l.ways; {
				case m.sign == 0:
				case m.dead:
					l.dead[m.sign] = append(l.dead[m.sign], s)
				default:
					into[m.sign] = append(into[m.sign], s)
				}
			}
		}
	}
}

// letter reports whether Caps Lock exchanges what a place has on a level and on that with or without Shift. With AltGr it does
// only where it does without, too (X's types FOUR_LEVEL_ALPHABETIC and FOUR_LEVEL_SEMIALPHABETIC).
func (l *Layout) letter(place uint32, level Level) bool {
	of := l.signs[place]
	is := pair(of[0], of[Shift])
	return is && (level < AltGr || pair(of[AltGr], of[AltGr|Shift]))
}

// hasAltGr reports whether the layout has signs with AltGr; if not, the right Alt is an Alt.
func (l *Layout) hasAltGr() bool {
	for _, of := range l.signs {
		if of[AltGr] != (mark{}) {
			return true
		}
	}
	return false
}

// at returns what a place has on a level. If it has nothing with AltGr there, that is nothing.
func (l *Layout) at(place uint32, level Level) mark { return l.signs[place][level] }

// Ways returns the strokes that give a sign, one after the other: one, or a dead key and another. They are nil if the
// layout does not have the sign. If near is a place that gives the sign, that one is taken.
func (l *Layout) Ways(sign rune, near uint32) []Stroke {
	if all := l.ways[sign]; len(all) > 0 {
		i := max(0, slices.IndexFunc(all, func(s Stroke) bool { return s.Place == near }))
		return all[i : i+1 : i+1]
	}
	for _, p := range partsOf(sign) {
		first, second := l.dead[p.accent], l.ways[p.base]
		if len(first) > 0 && len(second) > 0 {
			return []Stroke{first[0], second[0]}
		}
	}
	return nil
}

// Has reports whether the layout has a sign.
func (l *Layout) Has(sign rune) bool { return l.Ways(sign, 0) != nil }

// Signs returns the signs that are printed on the keys of the layout, in the order of its rows.
func (l *Layout) Signs() []rune {
	var all []rune
	for _, places := range rows {
		for _, place := range places {
			for level := range AltGr {
				if m := l.signs[place][level]; m.sign != 0 && !slices.Contains(all, m.sign) {
					all = append(all, m.sign)
				}
			}
		}
	}
	return append(all, []rune(l.Printed)...)
}

// Missing returns the signs that are printed on the keys of the hand and that the guest does not have.
func Missing(hand, guest *Layout) []rune {
	return slices.DeleteFunc(hand.Signs(), guest.Has)
}

// Prints returns what is printed on the keys of the layout, plain and with Shift, by the names of their places in browsers
// (W3C UI Events KeyboardEvent code Values).
func (l *Layout) Prints() map[string][2]string {
	all := map[string][2]string{}
	for i, places := range rows {
		for j, place := range places {
			of := l.signs[place]
			all[codes[i][j]] = [2]string{of[0].String(), of[Shift].String()}
		}
	}
	return all
}

func (m mark) String() string {
	if m.sign == 0 {
		return ""
	}
	return string(m.sign)
}

// codes are the names of the rows' places in browsers.
var codes = [4][]string{
	strings.Fields("Backquote Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal"),
	strings.Fields("KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight"),
	strings.Fields("KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK KeyL Semicolon Quote Backslash"),
	strings.Fields("IntlBackslash KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period Slash"),
}
