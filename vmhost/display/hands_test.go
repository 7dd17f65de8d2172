package display

import (
	"fmt"
	"image"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vmstudy/rfb"
)

// keyboardAndMouse writes down what is done to it.
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

func TestHandsDoWhatAViewerSays(t *testing.T) {
	type m = rfb.ClientMessage
	for name, test := range map[string]struct {
		relative bool
		says     []m
		want     []string
	}{
		"a key by its place": {false, []m{
			rfb.QEMUKeyEvent{Down: true, Keysym: 'z', Keycode: 0x15}, rfb.QEMUKeyEvent{Keysym: 'z', Keycode: 0x15},
		}, []string{"key 0x15 true", "key 0x15 false"}},
		"a key by its sign": {false, []m{
			rfb.KeyEvent{Down: true, Keysym: 'z'}, rfb.KeyEvent{Keysym: 'z'}, rfb.QEMUKeyEvent{Down: true, Keysym: 0xff0d}, rfb.QEMUKeyEvent{Keysym: 0xff0d},
		}, []string{"key 0x2c true", "key 0x2c false", "key 0x1c true", "key 0x1c false"}},
		"a sign that no key has": {false, []m{rfb.KeyEvent{Down: true, Keysym: 0x20ac}}, nil},
		"what is held when the viewer leaves": {false, []m{
			rfb.KeyEvent{Down: true, Keysym: 'b'}, rfb.KeyEvent{Down: true, Keysym: 'a'}, rfb.PointerEvent{Buttons: 1, X: 1, Y: 2},
		}, []string{"key 0x30 true", "key 0x1e true", "move (1,2)", "button 0 true", "key 0x1e false", "key 0x30 false", "button 0 false"}},
		"a click elsewhere": {false, []m{
			rfb.PointerEvent{X: 1, Y: 2}, rfb.PointerEvent{Buttons: 4, X: 5, Y: 6}, rfb.PointerEvent{X: 5, Y: 6},
		}, []string{"move (1,2)", "move (5,6)", "button 2 true", "button 2 false"}},
		"a step of the wheel": {false, []m{
			rfb.PointerEvent{Buttons: 1 << 4, X: 1, Y: 1}, rfb.PointerEvent{X: 1, Y: 1},
		}, []string{"move (1,1)", "button 4 true", "button 4 false"}},
		"a place outside of the screen": {false, []m{rfb.PointerEvent{X: 900, Y: 900}}, []string{"move (639,399)"}},
		"a mouse that only knows movements": {true, []m{
			rfb.PointerEvent{X: 10, Y: 10}, rfb.PointerEvent{X: 13, Y: 6}, rfb.PointerEvent{X: 13, Y: 6},
		}, []string{"push (3,-4)"}},
	} {
		t.Run(name, func(t *testing.T) {
			k := &keyboardAndMouse{relative: test.relative}
			h := newHands(k)
			for _, m := range test.says {
				h.do(m, image.Pt(640, 400))
			}
			h.letGo()
			if diff := cmp.Diff(test.want, k.did); diff != "" {
				t.Errorf("did (-want +got):\n%s", diff)
			}
		})
	}
}
