package display

import (
	"errors"
	"fmt"
	"image"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/rfb/server"
	"vmstudy/rfb/wire"
	"vmstudy/vmhost/dbus"
)

// notes is a Sink that records its calls.
type notes struct {
	screen *image.RGBA
	heard  []string
}

func (n *notes) note(format string, args ...any) error {
	n.heard = append(n.heard, fmt.Sprintf(format, args...))
	return nil
}

func (n *notes) Scanout(p Pixels) error {
	if _, err := p.order(); err != nil {
		return err
	}
	n.screen = image.NewRGBA(image.Rect(0, 0, p.W, p.H))
	return errors.Join(n.Update(image.Point{}, p), n.note("scanout %dx%d", p.W, p.H))
}

func (n *notes) Update(at image.Point, p Pixels) error {
	order, err := p.order()
	if err != nil {
		return err
	}
	p.paint(n.screen, at, order)
	return n.note("update %v", p.area(at))
}

func (n *notes) Cursor(c Cursor) error                { return n.note("cursor %v at %v", c.Size, c.Hot) }
func (n *notes) Pointer(at image.Point, v bool) error { return n.note("pointer %v %v", at, v) }
func (n *notes) LEDs(lit uint8)                       { _ = n.note("leds %d", lit) }

const x8r8g8b8 = 0x20020888

// call returns a call as QEMU makes it, with a body of numbers and an array.
func call(member string, array []byte, numbers ...uint32) dbus.Message {
	var body dbus.Body
	for _, n := range numbers {
		body.Uint32(n)
	}
	if array != nil {
		body.Array(array)
	}
	return dbus.Message{Kind: dbus.Call, Interface: listenerInterface, Path: listenerPath, Member: member, Body: body.Bytes()}
}

func TestListenerHearsWhatTheScreenDoes(t *testing.T) {
	n := &notes{}
	white := []byte{0xff, 0xff, 0xff, 0}
	for _, m := range []dbus.Message{
		call("Scanout", make([]byte, 4*4*3), 4, 3, 16, x8r8g8b8),
		call("Update", white, 2, 1, 1, 1, 4, x8r8g8b8),
		call("Update", append(white, white...), 3, 2, 2, 1, 8, x8r8g8b8), // half of it lies outside of the screen
		call("CursorDefine", make([]byte, 16), 2, 2, 1, 0),
		call("MouseSet", nil, 5, 6, 1),
		call("Disable", nil),
	} {
		if err := hear(m, n); err != nil {
			t.Errorf("%s: %v", m.Member, err)
		}
	}
	want := []string{
		"update (0,0)-(4,3)", "scanout 4x3",
		"update (2,1)-(3,2)", "update (3,2)-(5,3)",
		"cursor (2,2) at (1,0)", "pointer (5,6) true",
	}
	if diff := cmp.Diff(want, n.heard); diff != "" {
		t.Errorf("heard (-want +got):\n%s", diff)
	}
	for _, at := range []image.Point{{2, 1}, {3, 2}} {
		if got := n.screen.RGBAAt(at.X, at.Y); got.R != 0xff || got.A != 0xff {
			t.Errorf("at %v: %v, want white", at, got)
		}
	}
	if got := n.screen.RGBAAt(0, 0); got.R != 0 || got.A != 0xff {
		t.Errorf("at 0,0: %v, want opaque black", got)
	}
}

func TestListenerRefusesWhatCannotBe(t *testing.T) {
	four := make([]byte, 4)
	for name, test := range map[string]struct {
		m    dbus.Message
		says string
	}{
		"fewer pixels than announced":    {call("Scanout", four, 2, 2, 8, x8r8g8b8), "4 bytes"},
		"rows shorter than their pixels": {call("Scanout", make([]byte, 64), 2, 2, 4, x8r8g8b8), "rows of 4"},
		"a screen of 65535x65535":        {call("Scanout", four, 65535, 65535, 4*65535, x8r8g8b8), "no screen has"},
		"negative width":                 {call("Update", four, 0, 0, 1<<31, 1, 4, x8r8g8b8), "no screen has"},
		"16 bits a pixel":                {call("Scanout", four, 1, 1, 4, 0x10020565), "format 0x10020565"},
		"a pointer without its bytes":    {call("CursorDefine", four, 64, 64, 0, 0), "pointer of"},
		"a body that ends early":         {call("Update", nil, 0, 0), "ends within"},
		"an unknown method":              {call("ScanoutDMABUF", nil), "no such method"},
		"its properties":                 {dbus.Message{Kind: dbus.Call, Interface: properties, Member: "GetAll"}, "no such method"},
	} {
		n := &notes{screen: image.NewRGBA(image.Rect(0, 0, 8, 8))}
		if err := hear(test.m, n); err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v, want an error that says %q", name, err, test.says)
		}
	}
}

func TestAStormOfSizesIsABreach(t *testing.T) {
	four := make([]byte, 4*4*4)
	for name, test := range map[string]struct {
		every time.Duration
		sizes int // how many different sizes alternate
		bears bool
	}{
		"as fast as it can":          {time.Millisecond, 2, false},
		"just more often than is ok": {wire.ResizeSpan/wire.MaxResizes - time.Millisecond, 2, false},
		"as often as is ok":          {wire.ResizeSpan/wire.MaxResizes + 1, 2, true},
		"always of the same size":    {time.Millisecond, 1, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := sink{&Screen{server: server.New(image.Pt(1, 1))}}
				var err error
				for n := 0; n < 3*wire.MaxResizes && err == nil; n++ {
					err = hear(call("Scanout", four, 2, uint32(2+n%test.sizes), 8, x8r8g8b8), s)
					time.Sleep(test.every)
				}
				var breach *wire.Breach
				if errors.As(err, &breach) == test.bears {
					t.Errorf("it ended with %v", err)
				}
			})
		})
	}
}

func TestPixelsOfEveryOrderBecomeTheSameColour(t *testing.T) {
	for name, test := range map[string]struct {
		format uint32
		bytes  []byte
	}{
		"x8r8g8b8": {x8r8g8b8, []byte{3, 2, 1, 9}},
		"a8r8g8b8": {0x20028888, []byte{3, 2, 1, 9}},
		"x8b8g8r8": {0x20030888, []byte{1, 2, 3, 9}},
		"b8g8r8x8": {0x20080888, []byte{9, 1, 2, 3}},
		"r8g8b8x8": {0x20090888, []byte{9, 3, 2, 1}},
	} {
		p := Pixels{W: 1, H: 1, Stride: 4, Format: test.format, Data: test.bytes}
		order, err := p.order()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		screen := image.NewRGBA(image.Rect(0, 0, 1, 1))
		p.paint(screen, image.Point{}, order)
		if diff := cmp.Diff([]uint8{1, 2, 3, 0xff}, screen.Pix); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func FuzzHear(f *testing.F) {
	for _, m := range []dbus.Message{
		call("Scanout", make([]byte, 4*4*3), 4, 3, 16, x8r8g8b8),
		call("Update", make([]byte, 4), 2, 1, 1, 1, 4, x8r8g8b8),
		call("CursorDefine", make([]byte, 16), 2, 2, 1, 0),
		call("Scanout", make([]byte, 4*100_000), 100_000, 1, 400_000, x8r8g8b8),
		call("MouseSet", nil, 1, 1, 0),
	} {
		f.Add(m.Member, m.Body)
	}
	f.Fuzz(func(t *testing.T, member string, body []byte) {
		n := &notes{screen: image.NewRGBA(image.Rect(0, 0, 64, 64))}
		m := call(member, nil)
		m.Body = body
		_ = hear(m, n)
		s := &Screen{server: server.New(image.Pt(64, 64)), visible: true}
		_ = hear(m, sink{s})
		if size := s.server.Size(); size.X > wire.MaxSide || size.Y > wire.MaxSide {
			t.Errorf("the screen has %v pixels", size)
		}
	})
}
