package keyboard

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestWhatIsPrintedOnTheKeysArrives(t *testing.T) {
	for _, hand := range Layouts() {
		for _, guest := range Layouts() {
			t.Run(hand.Name+" at "+guest.Name, func(t *testing.T) {
				for _, sign := range hand.Signs() {
					d := newDesk(hand, guest)
					d.types(sign)
					want := string(sign)
					if !guest.Has(sign) {
						want = ""
					}
					if d.text != want || (d.missing > 0) != (want == "") || len(d.machine.down) != 0 {
						t.Errorf("%q arrives as %q, %d missing, still down: %v", sign, d.text, d.missing, d.machine.down)
					}
				}
			})
		}
	}
}

var names = rapid.SampledFrom([]string{"us", "gb", "de", "fr"})

// texts draws signs that a layout has, by one key or by two.
func texts(of *Layout) *rapid.Generator[[]rune] {
	signs := of.Signs()
	for sign := range made {
		if of.Has(sign) {
			signs = append(signs, sign)
		}
	}
	slices.Sort(signs)
	signs = slices.DeleteFunc(signs, func(r rune) bool { return len(of.Ways(r, 0)) == 0 })
	return rapid.SliceOfN(rapid.SampledFrom(signs), 0, 30)
}

func TestAnyTextArrivesAndLeavesNothingDown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hand, guest := Named(names.Draw(t, "hand")), Named(names.Draw(t, "guest"))
		text := texts(hand).Draw(t, "text")
		d := newDesk(hand, guest)
		d.caps = rapid.Bool().Draw(t, "caps lock of the guest") // the browser's signs are what is meant, whatever it is
		want, missing := "", 0
		for _, sign := range text {
			d.types(sign)
			if guest.Has(sign) {
				want += string(sign)
			} else {
				missing++
			}
		}
		if d.text != want || d.missing != missing || len(d.machine.down) != 0 || len(d.Typist.down) != 0 {
			t.Errorf("%q arrives as %q, want %q; %d missing, want %d; still down: %v", string(text), d.text, want, d.missing, missing, d.machine.down)
		}
	})
}

func TestKeysThatOverlapLeaveNothingDown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hand, guest := Named(names.Draw(t, "hand")), Named(names.Draw(t, "guest"))
		d := newDesk(hand, guest)
		type key struct{ keysym, place uint32 }
		var held []key
		places := append(slices.Concat(rows[:]...), placeShiftLeft, placeShiftRight, 0x1d, placeAltLeft)
		for range rapid.IntRange(0, 60).Draw(t, "events") {
			if len(held) > 0 && rapid.Bool().Draw(t, "release") {
				i := rapid.IntRange(0, len(held)-1).Draw(t, "which")
				d.says(held[i].keysym, held[i].place, false)
				held = slices.Delete(held, i, i+1)
				continue
			}
			k := key{place: rapid.SampledFrom(places).Draw(t, "place")}
			if m := hand.at(k.place, Level(rapid.IntRange(0, 3).Draw(t, "level"))); m.sign != 0 && !m.dead {
				k.keysym = symOf(m.sign)
			}
			switch k.place {
			case placeShiftLeft:
				k.keysym = 0xffe1
			case placeShiftRight:
				k.keysym = 0xffe2
			case 0x1d:
				k.keysym = 0xffe3
			case placeAltLeft:
				k = key{symLevel3, placeAltGr}
			}
			if !slices.ContainsFunc(held, func(h key) bool { return h.place == k.place }) {
				held = append(held, k)
			}
			d.says(k.keysym, k.place, true)
		}
		for _, k := range held {
			d.says(k.keysym, k.place, false)
		}
		if len(d.machine.down) != 0 || d.third || len(d.shifts) != 0 || len(d.held) != 0 {
			t.Errorf("still down: %v, AltGr %v, Shift %v, others %v", d.machine.down, d.third, d.shifts, d.held)
		}
	})
}

// Keys by their places, as a browser names them.
const (
	keyQ, keyE, keyY, keyZ, keyX, keyM, key2, key7 = 0x10, 0x12, 0x15, 0x2c, 0x2d, 0x32, 0x03, 0x08
	keyCaret, ctrl, ctrlSym, shiftSym, altRight    = 0x29, 0x1d, 0xffe3, 0xffe1, 0xb8
)

func TestKeysOfTheGuest(t *testing.T) {
	hold := func(keysym, place uint32, what func(*desk)) func(*desk) {
		return func(d *desk) {
			d.says(keysym, place, true)
			what(d)
			d.says(keysym, place, false)
		}
	}
	tap := func(keysym, place uint32) func(*desk) { return func(d *desk) { d.taps(keysym, place) } }
	all := func(what ...func(*desk)) func(*desk) {
		return func(d *desk) {
			for _, do := range what {
				do(d)
			}
		}
	}
	for name, tt := range map[string]struct {
		hand, guest *Layout
		does        func(*desk)
		text, steps string
	}{
		"AltGr and Q of a German, at a US guest": {
			german, american, hold(symLevel3, altRight, tap('@', keyQ)), "@", "2a+ 3+ 2a- 3-",
		},
		"the same with two layouts that are one": {german, german, hold(symLevel3, altRight, tap('@', keyQ)), "@", "b8+ 10+ b8- 10-"},
		"Shift and 7 of a German: the guest has the slash without Shift": {
			german, american, hold(shiftSym, placeShiftLeft, tap('/', key7)), "/", "2a+ 2a- 35+ 2a+ 35- 2a-",
		},
		"Ctrl and the key with Z of a QWERTZ keyboard":            {german, american, hold(ctrlSym, ctrl, tap('z', keyY)), "Ctrl+z", "1d+ 2c+ 2c- 1d-"},
		"Ctrl, Shift and Z":                                       {german, american, hold(ctrlSym, ctrl, hold(shiftSym, placeShiftLeft, tap('Z', keyY))), "Ctrl+Shift+z", "1d+ 2a+ 2c+ 2c- 2a- 1d-"},
		"Ctrl and Z while Caps Lock of the person is on":          {german, american, hold(ctrlSym, ctrl, tap('Z', keyY)), "Ctrl+z", "1d+ 2c+ 2c- 1d-"},
		"a US keyboard at a US guest presses what is pressed":     {american, american, hold(shiftSym, placeShiftRight, tap('@', key2)), "@", "2a+ 3+ 3- 2a-"},
		"a digit of a French keyboard":                            {french, american, hold(shiftSym, placeShiftLeft, tap('2', key2)), "2", "2a+ 2a- 3+ 2a+ 3- 2a-"},
		"A of a French keyboard":                                  {french, american, tap('a', keyQ), "a", "1e+ 1e-"},
		"a keyboard on the screen, which has no places":           {nil, german, all(tap('y', 0), tap('@', 0), tap('Ü', 0)), "y@Ü", "2c+ 2c- b8+ 10+ b8- 10- 2a+ 1a+ 2a- 1a-"},
		"a program that types, with places that mean nothing":     {american, german, all(tap('z', keyX), tap('/', keyX)), "z/", "15+ 15- 2a+ 8+ 2a- 8-"},
		"a dead key that the browser applies":                     {german, french, all(tap(0, keyCaret), tap('ê', keyE)), "ê", "1a+ 1a- 12+ 12-"},
		"a dead key that the browser leaves to us":                {german, french, all(tap(0, keyCaret), tap('e', keyE)), "ê", "1a+ 1a- 12+ 12-"},
		"a dead key and a letter that it does not change":         {german, american, all(tap(0, keyCaret), tap('x', keyX)), "^x", "2a+ 7+ 2a- 7- 2d+ 2d-"},
		"a dead key twice, at a browser that says Dead each time": {german, american, all(tap(0, keyCaret), tap(0, keyCaret)), "^", "2a+ 7+ 2a- 7-"},
		"a dead key twice, at one that says the accent":           {german, american, all(tap(0, keyCaret), tap('^', keyCaret)), "^", "2a+ 7+ 2a- 7-"},
		"a dead key that Backspace takes back":                    {german, american, all(tap(0, keyCaret), tap(symBackspace, 0x0e), tap('e', keyE)), "e", "12+ 12-"},
		"a dead key that is held":                                 {german, american, all(func(d *desk) { d.says(0, keyCaret, true); d.says(0, keyCaret, true) }, tap('e', keyE)), "", ""},
		"the accent of a guest that has it as a dead key only":    {american, german, hold(shiftSym, placeShiftLeft, tap('^', 0x07)), "^", "2a+ 2a- 29+ 2a+ 29- 39+ 39- 2a-"},
		"a letter with an accent that is held: the guest has a key for it": {
			german, french, all(tap(0, 0x0d), func(d *desk) { d.says('e', keyE, true) }, tap('e', keyE)), "éé", "3+ 3+ 3-",
		},
		"a sign that the guest does not have":              {german, american, tap('ü', 0x1a), "", ""},
		"the right Alt of a US keyboard at a German guest": {american, german, hold(symAltRight, altRight, tap('x', keyX)), "Alt+x", "38+ 2d+ 2d- 38-"},
		"Option of macOS":                             {german, american, hold(symModeSwitch, placeAltLeft, tap('@', 0x26)), "@", "2a+ 3+ 2a- 3-"},
		"the comma of a German number pad":            {german, american, tap(symKPSeparator, placeDecimal), ",", "33+ 33-"},
		"a key without a sign":                        {german, american, tap(0xff51, 0xcb), "", "cb+ cb-"},
		"the same from a keyboard that has no places": {nil, american, tap(0xff51, 0), "", "cb+ cb-"},
		"a key of which the browser says nothing, while an input method is on": {german, american, tap(0, keyY), "z", "2c+ 2c-"},
		"the same on a keyboard that is not known":                             {nil, american, tap(0, keyY), "y", "15+ 15-"},
		"œ, which noVNC says by an old number":                                 {french, french, tap(0x13bd, 0), "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(tt.hand, tt.guest)
			tt.does(d)
			if steps := strings.Join(d.steps, " "); d.text != tt.text || steps != tt.steps {
				t.Errorf("the guest has %q by %s; want %q by %s", d.text, steps, tt.text, tt.steps)
			}
		})
	}
}

func TestAGuestThatIsNotKnownGetsKeysByTheirPlaces(t *testing.T) {
	typist := NewTypist(german, nil)
	for name, tt := range map[string]struct{ keysym, place, want uint32 }{
		"a letter":                       {'z', keyY, keyY},
		"AltGr":                          {symLevel3, altRight, altRight},
		"a dead key":                     {0, keyCaret, keyCaret},
		"a sign without a place":         {'z', 0, keyZ},
		"a key of which we know nothing": {0x1005ff00, 0x99, 0x99},
	} {
		p := typist.Press(tt.keysym, tt.place)
		if p.Stroke == nil || p.Stroke.Place != tt.want || p.Missing || typist.Release(tt.keysym, tt.place) != tt.want {
			t.Errorf("%s: %+v, want place %#x", name, p, tt.want)
		}
	}
	if p := typist.Press('€', 0); p.Stroke != nil || !p.Missing {
		t.Errorf("a sign that no US keyboard has: %+v, want missing", p)
	}
}

func TestLayoutsAreWhole(t *testing.T) {
	for _, l := range Layouts() {
		for sign := 'a'; sign <= 'z'; sign++ {
			if !l.Has(sign) || !l.Has(sign-'a'+'A') {
				t.Errorf("%s has no %c", l.Name, sign)
			}
		}
		for sign := ' '; sign <= '~'; sign++ {
			if !l.Has(sign) {
				t.Errorf("%s has no %q", l.Name, sign)
			}
		}
		for i, places := range rows {
			for level := range AltGr {
				for _, place := range places {
					if l.at(place, level) == (mark{}) && (l != american || place != 0x56) {
						t.Errorf("%s has nothing at %#x on level %d (row %d)", l.Name, place, level, i)
					}
				}
			}
		}
		for _, sign := range l.Signs() {
			if !l.Has(sign) && len(l.dead[sign]) == 0 {
				t.Errorf("%q is printed on the keys of %s and is not in its rows", sign, l.Name)
			}
		}
		if Named(l.Name) != l {
			t.Errorf("Named(%q) is another", l.Name)
		}
	}
	for accent, of := range composed {
		if len([]rune(of[0])) != len([]rune(of[1])) {
			t.Errorf("%c changes %d letters into %d", accent, len([]rune(of[0])), len([]rune(of[1])))
		}
	}
}

func TestMissingSignsAreThoseThatOnlyTheHandHas(t *testing.T) {
	if got := string(Missing(german, american)); got != "°§ß´üÜöÖäÄ²³€µ" {
		t.Errorf("German at US misses %q", got)
	}
	if got := Missing(american, german); len(got) != 0 {
		t.Errorf("US at German misses %q", string(got))
	}
}

// novncSyms are the keysyms that noVNC sends for characters: its table, and its rule for the rest.
func novncSyms(t *testing.T) func(rune) uint32 {
	text, err := os.ReadFile("../node_modules/@novnc/novnc/core/input/keysymdef.js")
	if err != nil {
		lacks(t, "noVNC (npm ci)", err)
	}
	table := map[rune]uint32{}
	for _, m := range regexp.MustCompile(`(?m)^\s*0x([0-9a-f]+): 0x([0-9a-f]+),`).FindAllStringSubmatch(string(text), -1) {
		sign, _ := strconv.ParseUint(m[1], 16, 32)
		keysym, _ := strconv.ParseUint(m[2], 16, 32)
		table[rune(sign)] = uint32(keysym)
	}
	if len(table) < 100 {
		t.Fatalf("%d characters in noVNC's table", len(table))
	}
	return func(sign rune) uint32 {
		if sign >= 0x20 && sign <= 0xff {
			return uint32(sign)
		}
		if keysym, old := table[sign]; old {
			return keysym
		}
		return symUnicode | uint32(sign)
	}
}

func TestTheSignsOfNoVNCAreUnderstood(t *testing.T) {
	syms := novncSyms(t)
	var signs []rune
	for _, l := range Layouts() {
		for sign := range l.ways {
			signs = append(signs, sign)
		}
	}
	for sign := range made {
		signs = append(signs, sign)
	}
	wrong := map[string]string{}
	for _, sign := range signs {
		if got := signOf(syms(sign)); got != sign {
			wrong[string(sign)] = string(got)
		}
	}
	if diff := cmp.Diff(map[string]string{}, wrong); diff != "" {
		t.Errorf("signs and how they are read:\n%s", diff)
	}
}
