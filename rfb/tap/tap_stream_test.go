package tap_test

import (
	"bytes"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vmstudy/rfb/tap"
	"vmstudy/rfb/wire"
)

func TestTapIsLostOnceAndPassesOn(t *testing.T) {
	losing := map[string]func(p *play){
		"unknown server message": func(p *play) { p.down(raw(99)) },
		"unknown client message": func(p *play) { p.up(raw(99)) },
		"unknown QEMU message":   func(p *play) { p.up(raw(255, 9)) },
		"unknown encoding":       func(p *play) { p.down(update(rect(0, 0, 1, 1, 21))) },
		"rectangle off the screen": func(p *play) {
			p.send(wire.SetEncodings{wire.DesktopSize})
			p.down(update(rect(0, 0, 321, 1, wire.Raw)))
		},
		"absurd compressed length": func(p *play) { p.down(update(rect(0, 0, 9, 9, wire.ZRLE, be32(1<<30)))) },
		"absurd subrectangles":     func(p *play) { p.down(update(rect(0, 0, 9, 9, wire.RRE, be32(82)))) },
		"absurd cut text":          func(p *play) { p.down(raw(3, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff)) },
		"absurd desktop name":      func(p *play) { p.down(update(rect(0, 0, 0, 0, wire.DesktopName, be32(1<<20)))) },
		"absurd encodings":         func(p *play) { p.up(raw(2, 0, 0xff, 0xff)) },
		"bad tight kind":           func(p *play) { p.down(update(rect(0, 0, 9, 9, wire.Tight, raw(0xb0)))) },
		"bad tight filter":         func(p *play) { p.down(update(rect(0, 0, 9, 9, wire.Tight, raw(0x40, 3)))) },
		"bad hextile tile":         func(p *play) { p.down(update(rect(0, 0, 9, 9, wire.Hextile, raw(0x20)))) },
		"coded alpha cursor":       func(p *play) { p.down(update(rect(0, 0, 9, 9, wire.AlphaCursor, be32(7)))) },
		"pixel format in flight": func(p *play) {
			small := wire.RGBX
			small.BitsPerPixel, small.Depth = 16, 16
			p.send(wire.FramebufferUpdateRequest{W: 320, H: 200}, wire.SetPixelFormat{Format: small})
		},
	}
	for name, lose := range losing {
		t.Run(name, func(t *testing.T) {
			p := newPlay(t)
			p.tap.LimitEncodings(wire.Encoding.Followed)
			p.greet()
			lose(p)
			p.send(wire.SetEncodings{21}, wire.KeyEvent{})
			p.down(noise(100))
			if len(p.events) != 1 || len(p.lost()) != 1 {
				t.Fatalf("events %v, want one loss", p.events)
			}
			if !bytes.Equal(p.wire.toMachine.Bytes(), p.client) {
				t.Errorf("the machine heard other bytes than the viewer said")
			}
		})
	}
}

func TestTapLetsGoOfWhatItWithheldWhenLost(t *testing.T) {
	p := newPlay(t)
	p.tap.LimitEncodings(wire.Encoding.Followed)
	p.greet()
	p.up(wire.SetEncodings{21}.Append(nil)[:5])
	p.down(raw(99))
	p.up(raw(0, 0, 21))
	if got := p.wire.toMachine.Bytes(); !bytes.Equal(got, p.client) {
		t.Errorf("the machine heard %x, want %x", got, p.client)
	}
}

func TestTapPassesOtherWishesThanTheViewers(t *testing.T) {
	p := newPlay(t)
	p.tap.LimitEncodings(func(e wire.Encoding) bool { return e.Followed() && !e.Lossy() })
	p.tap.Wish(func(m wire.SetEncodings) wire.SetEncodings { return append(m, wire.Quality(3)) })
	p.greet()
	before := p.wire.toMachine.Len()
	p.up(wire.SetEncodings{wire.Tight, wire.Quality(9), 21, wire.Raw, -500}.Append(nil))
	if want := (wire.SetEncodings{wire.Tight, wire.Raw, wire.Quality(3)}).Append(nil); !bytes.Equal(p.wire.toMachine.Bytes()[before:], want) {
		t.Errorf("the machine heard %x, want %x", p.wire.toMachine.Bytes()[before:], want)
	}
}

// conversation plays a session with every kind of message and rectangle in it.
func conversation(p *play) {
	p.greet()
	p.send(
		wire.SetPixelFormat{Format: wire.RGBX},
		wire.SetEncodings{wire.CopyRect, 21, wire.Tight, -259, -26, wire.Raw, 0x574d5664},
		wire.FramebufferUpdateRequest{W: 320, H: 200},
		wire.SetEncodings{21, 51},
		wire.SetEncodings{},
	)
	all := samples()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		p.down(update(all[name].Rect, rect(0, 0, 2, 2, wire.Raw, noise(16))))
		p.send(wire.KeyEvent{Down: true, Keysym: 'a'}, wire.PointerEvent{Buttons: 1})
	}
	p.send(
		wire.QEMUKeyEvent{Down: true, Keysym: 'b', Keycode: 48},
		wire.QEMUAudio{Operation: 0}, wire.QEMUAudio{Operation: 2, Frequency: 44100},
		wire.PointerEvent{}, wire.PointerEvent{X: 10},
		wire.CutText{Length: 20}, wire.CutText{Length: 20, Extended: true},
		wire.EnableContinuousUpdates{Enable: true}, wire.Fence{Payload: "12345"}, wire.XVPMessage{Version: 1, Code: 2},
		wire.SetDesktopSize{W: 3, H: 4, Screens: []wire.Screen{{ID: 1}, {ID: 2}}},
		wire.PointerEvent{Buttons: 1 << 8},
	)
	for _, message := range otherMessages() {
		p.down(message)
	}
	p.down(update())
}

// untimed returns what was told without the times and, since the directions are joined in
// another order where chunks differ, inputs apart from updates.
func (p *play) untimed() (in []tap.Input, up []tap.Update, lost []tap.Lost) {
	in, up = p.inputs(), p.updates()
	for i := range in {
		in[i].At = time.Time{}
	}
	for i := range up {
		up[i].Begun, up[i].Ended = time.Time{}, time.Time{}
	}
	return in, up, p.lost()
}

func TestTapTellsTheSameHoweverBytesAreSplit(t *testing.T) {
	whole := newPlay(t)
	conversation(whole)
	wantIn, wantUp, lost := whole.untimed()
	if len(lost) > 0 || len(wantUp) != len(samples())+1 || len(wantIn) != 2*len(samples())+4 {
		t.Fatalf("%d updates, %d inputs, losses %v", len(wantUp), len(wantIn), lost)
	}
	rapid.Check(t, func(rt *rapid.T) {
		p := newPlay(t)
		sizes := rapid.SliceOfN(rapid.IntRange(1, 40), 1, 50).Draw(rt, "sizes")
		next := 0
		p.chunk = func(n int) int {
			next++
			return min(n, sizes[next%len(sizes)])
		}
		conversation(p)
		in, up, lost := p.untimed()
		if diff := cmp.Diff(wantIn, in); diff != "" {
			rt.Errorf("inputs (-whole +split):\n%s", diff)
		}
		if diff := cmp.Diff(wantUp, up); diff != "" {
			rt.Errorf("updates (-whole +split):\n%s", diff)
		}
		if len(lost) > 0 || !bytes.Equal(p.wire.toMachine.Bytes(), p.client) {
			rt.Errorf("losses %v; or the machine heard other bytes than were said", lost)
		}
	})
}

func TestTapLimitsEncodingsAndNothingElse(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		p := newPlay(t)
		p.tap.LimitEncodings(wire.Encoding.Followed)
		sizes := rapid.SliceOfN(rapid.IntRange(1, 100), 1, 50).Draw(rt, "sizes")
		next := 0
		p.chunk = func(n int) int {
			next++
			return min(n, sizes[next%len(sizes)])
		}
		conversation(p)
		want := p.client
		for was, is := range map[*wire.SetEncodings]wire.SetEncodings{
			{wire.CopyRect, 21, wire.Tight, -259, -26, wire.Raw, 0x574d5664}: {wire.CopyRect, wire.Tight, -26, wire.Raw},
			{21, 51}: {},
		} {
			want = bytes.Replace(want, was.Append(nil), is.Append(nil), 1)
		}
		if got := p.wire.toMachine.Bytes(); !bytes.Equal(got, want) {
			rt.Errorf("the machine heard\n%x, want\n%x", got, want)
		}
	})
}

// TestTapClosesTheClipboard has both sides copy things, and the viewer offer to copy more.
func TestTapClosesTheClipboard(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		near := newPlay(t)
		near.tap.CloseClipboard()
		sizes := rapid.SliceOfN(rapid.IntRange(1, 40), 1, 30).Draw(rt, "sizes")
		next := 0
		near.chunk = func(n int) int {
			next++
			return min(n, sizes[next%len(sizes)])
		}
		near.greet()
		near.send(wire.SetEncodings{wire.Raw, wire.ExtendedClipboard}, wire.CutText{Length: 70}, wire.KeyEvent{},
			wire.CutText{Length: 40, Extended: true}, wire.CutText{}, wire.KeyEvent{Down: true})
		want := bytes.Replace(near.client, wire.SetEncodings{wire.Raw, wire.ExtendedClipboard}.Append(nil), wire.SetEncodings{wire.Raw}.Append(nil), 1)
		for _, m := range []wire.CutText{{Length: 70}, {Length: 40, Extended: true}, {}} {
			want = bytes.Replace(want, m.Append(nil), nil, 1)
		}
		if got := near.wire.toMachine.Bytes(); !bytes.Equal(got, want) {
			rt.Errorf("the machine heard\n%x, want\n%x", got, want)
		}
		cut := wire.ServerCutText{CutText: wire.CutText{Length: 50}}.Append(nil)
		pixel := update(rect(0, 0, 1, 1, wire.Raw, noise(4)))
		said := slices.Concat(cut, pixel, cut, cut, pixel, pixel, cut, wire.Bell{}.Append(nil))
		near.wire.toViewer.Write(said)
		var heard []byte
		for {
			got := make([]byte, near.chunk(1<<20))
			n, err := near.tap.Read(got)
			heard = append(heard, got[:n]...)
			if err != nil {
				break
			}
		}
		if want := slices.Concat(pixel, pixel, pixel, wire.Bell{}.Append(nil)); !bytes.Equal(heard, want) {
			rt.Errorf("the viewer heard\n%x, want\n%x", heard, want)
		}
		if len(near.updates()) != 3 || len(near.inputs()) != 2 || len(near.lost()) != 0 {
			rt.Errorf("events %v, want 3 updates and 2 inputs", near.events)
		}
	})
}

// TestTapHoldsNothingOfTextThatIsNotToPass sends much of it.
func TestTapHoldsNothingOfTextThatIsNotToPass(t *testing.T) {
	p := newPlay(t)
	p.tap.CloseClipboard()
	p.greet()
	p.chunk = func(n int) int { return min(n, 64<<10) }
	before := allocated()
	p.up(wire.CutText{Length: wire.MaxCutText}.Append(nil))
	if spent := allocated() - before; spent > 5*wire.MaxCutText { // two of those are the test's own copies
		t.Errorf("%d MiB were allocated over %d MiB of text", spent>>20, wire.MaxCutText>>20)
	}
	if p.wire.toMachine.Len() > 50 {
		t.Errorf("%d bytes went to the machine", p.wire.toMachine.Len())
	}
}
