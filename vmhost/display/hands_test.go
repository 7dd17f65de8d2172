package display

import (
	"context"
	"fmt"
	"image"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/keyboard"
	"vmstudy/rfb/wire"
	"vmstudy/vmhost/inlet"
)

// keyboardAndMouse records its calls.
type keyboardAndMouse struct {
	relative bool
	did      []string
}

func (k *keyboardAndMouse) note(format string, args ...any) error {
	k.did = append(k.did, fmt.Sprintf(format, args...))
	return nil
}

func (k *keyboardAndMouse) Key(n uint32, down bool) error { return k.note("key %#x %v", n, down) }

func (k *keyboardAndMouse) Button(b uint32, down bool) error { return k.note("button %d %v", b, down) }
func (k *keyboardAndMouse) Move(to image.Point) error        { return k.note("move %v", to) }
func (k *keyboardAndMouse) Push(by image.Point) error        { return k.note("push %v", by) }
func (k *keyboardAndMouse) Absolute() bool                   { return !k.relative }

// newBoard returns a board with k behind an inlet that never delays: the guest has much room, and an hour passes
// between any two inputs.
func newBoard(k *keyboardAndMouse) *board {
	room := inlet.Virtio
	room.Units = [2]int{1000, 1000}
	passed := time.Duration(0)
	return &board{controls: k, down: map[uint32]bool{}, room: room, inlet: inlet.New(room, inlet.Guest{Now: func() inlet.Time {
		passed += time.Hour
		return inlet.Time{Wall: time.Now(), Passed: passed, Worked: -1}
	}})}
}

func TestHandsDoWhatAViewerSays(t *testing.T) {
	type m = wire.ClientMessage
	for name, test := range map[string]struct {
		relative bool
		says     []m
		want     []string
	}{
		"a key by its place": {false, []m{
			wire.QEMUKeyEvent{Down: true, Keysym: 'z', Keycode: 0x15}, wire.QEMUKeyEvent{Keysym: 'z', Keycode: 0x15},
		}, []string{"key 0x15 true", "key 0x15 false"}},
		"a key by its sign": {false, []m{
			wire.KeyEvent{Down: true, Keysym: 'z'}, wire.KeyEvent{Keysym: 'z'}, wire.QEMUKeyEvent{Down: true, Keysym: 0xff0d}, wire.QEMUKeyEvent{Keysym: 0xff0d},
		}, []string{"key 0x2c true", "key 0x2c false", "key 0x1c true", "key 0x1c false"}},
		"a key that the viewer's keyboard repeats": {false, []m{
			wire.KeyEvent{Down: true, Keysym: 'z'}, wire.KeyEvent{Down: true, Keysym: 'z'}, wire.KeyEvent{Keysym: 'z'},
		}, []string{"key 0x2c true", "key 0x2c false", "key 0x2c true", "key 0x2c false"}},
		"a modifier that it repeats": {false, []m{
			wire.KeyEvent{Down: true, Keysym: 0xffe1}, wire.KeyEvent{Down: true, Keysym: 0xffe1}, wire.KeyEvent{Keysym: 0xffe1},
		}, []string{"key 0x2a true", "key 0x2a false"}},
		"a sign that no key has": {false, []m{wire.KeyEvent{Down: true, Keysym: 0x20ac}}, nil},
		"what is held when the viewer leaves": {false, []m{
			wire.KeyEvent{Down: true, Keysym: 'b'}, wire.KeyEvent{Down: true, Keysym: 'a'}, wire.PointerEvent{Buttons: 1, X: 1, Y: 2},
		}, []string{"key 0x30 true", "key 0x1e true", "move (1,2)", "button 0 true", "key 0x1e false", "key 0x30 false", "button 0 false"}},
		"a click elsewhere": {false, []m{
			wire.PointerEvent{X: 1, Y: 2}, wire.PointerEvent{Buttons: 4, X: 5, Y: 6}, wire.PointerEvent{X: 5, Y: 6},
		}, []string{"move (1,2)", "move (5,6)", "button 2 true", "button 2 false"}},
		"a step of the wheel": {false, []m{
			wire.PointerEvent{Buttons: 1 << 4, X: 1, Y: 1}, wire.PointerEvent{X: 1, Y: 1},
		}, []string{"move (1,1)", "button 4 true", "button 4 false"}},
		"a place outside of the screen": {false, []m{wire.PointerEvent{X: 900, Y: 900}}, []string{"move (639,399)"}},
		"a mouse that only knows movements": {true, []m{
			wire.PointerEvent{X: 10, Y: 10}, wire.PointerEvent{X: 13, Y: 6}, wire.PointerEvent{X: 13, Y: 6},
		}, []string{"push (3,-4)"}},
	} {
		t.Run(name, func(t *testing.T) {
			k := &keyboardAndMouse{relative: test.relative}
			h := newHands(newBoard(k), nil)
			for _, m := range test.says {
				h.do(m, image.Pt(640, 400), nil)
			}
			h.letGo()
			if diff := cmp.Diff(test.want, k.did); diff != "" {
				t.Errorf("did (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhereAButtonGoesDownAndUpIsKept(t *testing.T) {
	for name, tt := range map[string]struct {
		does []wire.ClientMessage
		want []string
	}{
		"a click, and then a move": {
			[]wire.ClientMessage{wire.PointerEvent{X: 1, Y: 1}, wire.PointerEvent{Buttons: 1, X: 1, Y: 1}, wire.PointerEvent{X: 1, Y: 1}, wire.PointerEvent{X: 9, Y: 9}},
			[]string{"move (1,1)", "button 0 true", "button 0 false", "move (9,9)"},
		},
		"a drag": {
			[]wire.ClientMessage{
				wire.PointerEvent{Buttons: 1, X: 1, Y: 1}, wire.PointerEvent{Buttons: 1, X: 5, Y: 5}, wire.PointerEvent{Buttons: 1, X: 7, Y: 7}, wire.PointerEvent{X: 7, Y: 7}, wire.PointerEvent{X: 9, Y: 9},
			},
			[]string{"move (1,1)", "button 0 true", "move (5,5)", "move (7,7)", "button 0 false", "move (9,9)"},
		},
		"two buttons, of which one goes up on the way": {
			[]wire.ClientMessage{wire.PointerEvent{Buttons: 5, X: 1, Y: 1}, wire.PointerEvent{Buttons: 1, X: 2, Y: 2}, wire.PointerEvent{Buttons: 1, X: 3, Y: 3}, wire.PointerEvent{X: 3, Y: 3}},
			[]string{"move (1,1)", "button 0 true", "button 2 true", "move (2,2)", "button 2 false", "move (3,3)", "button 0 false"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := &keyboardAndMouse{}
				b := newBoard(k)
				ctx, cancel := context.WithCancel(t.Context())
				var running sync.WaitGroup
				running.Go(func() { b.inlet.Run(ctx) })
				b.inlet.Close()
				h := newHands(b, nil)
				for _, m := range tt.does {
					h.do(m, image.Pt(640, 400), nil)
				}
				b.inlet.Open()
				time.Sleep(time.Second)
				cancel()
				running.Wait()
				if diff := cmp.Diff(tt.want, k.did); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestALetterComesOutAsItsSignWhateverCapsLockDoes(t *testing.T) {
	shift, a, big := wire.KeyEvent{Down: true, Keysym: 0xffe1}, wire.KeyEvent{Down: true, Keysym: 'a'}, wire.KeyEvent{Down: true, Keysym: 'A'}
	placed := wire.QEMUKeyEvent{Down: true, Keysym: 'a', Keycode: 0x1e}
	caps := wire.KeyEvent{Down: true, Keysym: 0xffe5}
	for name, tt := range map[string]struct {
		lit  bool
		says []wire.ClientMessage
		want []string
	}{
		"a small letter":                {true, []wire.ClientMessage{a}, []string{"key 0x2a true", "key 0x1e true", "key 0x2a false"}},
		"a capital":                     {true, []wire.ClientMessage{shift, big}, []string{"key 0x2a true", "key 0x2a false", "key 0x1e true", "key 0x2a true"}},
		"two letters":                   {true, []wire.ClientMessage{a, a}, []string{"key 0x2a true", "key 0x1e true", "key 0x2a false", "key 0x1e false", "key 0x2a true", "key 0x1e true", "key 0x2a false"}},
		"a key, which means its place":  {true, []wire.ClientMessage{placed}, []string{"key 0x1e true"}},
		"a digit":                       {true, []wire.ClientMessage{wire.KeyEvent{Down: true, Keysym: '1'}}, []string{"key 0x2 true"}},
		"a letter that comes out right": {false, []wire.ClientMessage{a}, []string{"key 0x1e true"}},
		"pressed, and the lamp does not show it yet": {false, []wire.ClientMessage{caps, a}, []string{"key 0x3a true", "key 0x2a true", "key 0x1e true", "key 0x2a false"}},
	} {
		t.Run(name, func(t *testing.T) {
			k := &keyboardAndMouse{}
			b := newBoard(k)
			b.caps.shown(tt.lit)
			h := newHands(b, nil)
			for _, m := range tt.says {
				h.do(m, image.Pt(640, 400), nil)
			}
			if diff := cmp.Diff(tt.want, k.did); diff != "" {
				t.Errorf("did (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCapsLockIsBelievedUntilItsLampShowsOrLongEnough(t *testing.T) {
	at := time.Now()
	after := func(d time.Duration) time.Time { return at.Add(d) }
	var c capsLock
	c.pressed(at)
	c.pressed(after(time.Millisecond))
	c.shown(true) // the lamp reacts to the first press
	if c.lit(after(10 * time.Millisecond)) {
		t.Error("pressed twice, it is on")
	}
	c.shown(false)
	c.pressed(after(time.Second))
	if !c.lit(after(time.Second)) || c.lit(after(time.Second+capsBelief)) {
		t.Error("pressed, and no lamp shows it: want it on at first, and then off")
	}
}

func TestAKeyOfAPersonIsOneInputWhateverNumberOfKeysTheGuestGets(t *testing.T) {
	german, american := keyboard.Named("de"), keyboard.Named("us")
	altGr, at := wire.QEMUKeyEvent{Keysym: 0xfe03, Keycode: 0xb8}, wire.QEMUKeyEvent{Keysym: '@', Keycode: 0x10}
	umlaut := wire.QEMUKeyEvent{Keysym: 0xfc, Keycode: 0x1a}
	down := func(k wire.QEMUKeyEvent) wire.QEMUKeyEvent { k.Down = true; return k }
	for name, tt := range map[string]struct {
		says   []wire.ClientMessage
		want   []string
		counts inlet.Counts
	}{
		"a sign that needs Shift there": {
			[]wire.ClientMessage{down(altGr), down(at), at, altGr},
			[]string{"key 0x2a true", "key 0x3 true", "key 0x2a false", "key 0x3 false"},
			inlet.Counts{Brought: 4, Delivered: 4},
		},
		"the same when AltGr is released first": {
			[]wire.ClientMessage{down(altGr), down(at), altGr, at},
			[]string{"key 0x2a true", "key 0x3 true", "key 0x2a false", "key 0x3 false"},
			inlet.Counts{Brought: 4, Delivered: 4},
		},
		"the same when it repeats": {
			[]wire.ClientMessage{down(altGr), down(at), down(at), at, altGr},
			[]string{
				"key 0x2a true", "key 0x3 true", "key 0x2a false", "key 0x3 false", "key 0x2a true", "key 0x3 true", "key 0x2a false", "key 0x3 false",
			},
			inlet.Counts{Brought: 5, Delivered: 5},
		},
		"a sign that the guest does not have": {
			[]wire.ClientMessage{down(umlaut), umlaut}, nil, inlet.Counts{Brought: 2, Delivered: 1, Lost: 1, Foreign: 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			k := &keyboardAndMouse{}
			b := newBoard(k)
			b.layout = american
			h := newHands(b, german)
			told := 0
			for _, m := range tt.says {
				h.do(m, image.Pt(640, 400), func(inlet.Fate) { told++ })
			}
			if diff := cmp.Diff(tt.want, k.did); diff != "" {
				t.Errorf("did (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.counts, b.inlet.Counts()); diff != "" || told != len(tt.says) {
				t.Errorf("told of %d inputs of %d; counts (-want +got):\n%s", told, len(tt.says), diff)
			}
		})
	}
}

func TestAKeyThatNeedsShiftTakesRoomForIt(t *testing.T) {
	b := newBoard(&keyboardAndMouse{})
	b.layout = keyboard.Named("us")
	h := newHands(b, keyboard.Named("de"))
	for sign, want := range map[uint32]int{'a': 2, '@': 6, '&': 6, '1': 2} {
		if d := h.deedOfKey(sign, 0, true); d.Units != want {
			t.Errorf("%q takes %d units, want %d", rune(sign), d.Units, want)
		}
		h.deedOfKey(sign, 0, false)
	}
}
