package rfb_test

import (
	"bytes"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"vmstudy/rfb"
)

func TestTapIsLostOnceAndPassesOn(t *testing.T) {
	losing := map[string]func(p *play){
		"unknown server message": func(p *play) { p.down(raw(99)) },
		"unknown client message": func(p *play) { p.up(raw(99)) },
		"unknown QEMU message":   func(p *play) { p.up(raw(255, 9)) },
		"unknown encoding":       func(p *play) { p.down(update(rect(0, 0, 1, 1, 50))) },
		"rectangle off the screen": func(p *play) {
			p.send(rfb.SetEncodings{rfb.DesktopSize})
			p.down(update(rect(0, 0, 321, 1, rfb.Raw)))
		},
		"absurd compressed length": func(p *play) { p.down(update(rect(0, 0, 9, 9, rfb.ZRLE, be32(1<<30)))) },
		"absurd subrectangles":     func(p *play) { p.down(update(rect(0, 0, 9, 9, rfb.RRE, be32(82)))) },
		"absurd cut text":          func(p *play) { p.down(raw(3, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff)) },
		"absurd desktop name":      func(p *play) { p.down(update(rect(0, 0, 0, 0, rfb.DesktopName, be32(1<<20)))) },
		"absurd encodings":         func(p *play) { p.up(raw(2, 0, 0xff, 0xff)) },
		"bad tight kind":           func(p *play) { p.down(update(rect(0, 0, 9, 9, rfb.Tight, raw(0xb0)))) },
		"bad tight filter":         func(p *play) { p.down(update(rect(0, 0, 9, 9, rfb.Tight, raw(0x40, 3)))) },
		"bad hextile tile":         func(p *play) { p.down(update(rect(0, 0, 9, 9, rfb.Hextile, raw(0x20)))) },
		"coded alpha cursor":       func(p *play) { p.down(update(rect(0, 0, 9, 9, rfb.AlphaCursor, be32(7)))) },
		"pixel format in flight": func(p *play) {
			small := rfb.RGBX
			small.BitsPerPixel, small.Depth = 16, 16
			p.send(rfb.FramebufferUpdateRequest{W: 320, H: 200}, rfb.SetPixelFormat{Format: small})
		},
	}
	for name, lose := range losing {
		t.Run(name, func(t *testing.T) {
			p := newPlay(t)
			p.tap.LimitEncodings(rfb.Encoding.Followed)
			p.greet()
			lose(p)
			p.send(rfb.SetEncodings{50}, rfb.KeyEvent{})
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
	p.tap.LimitEncodings(rfb.Encoding.Followed)
	p.greet()
	p.up(rfb.SetEncodings{50}.Append(nil)[:5])
	p.down(raw(99))
	p.up(raw(0, 0, 50))
	if got := p.wire.toMachine.Bytes(); !bytes.Equal(got, p.client) {
		t.Errorf("the machine heard %x, want %x", got, p.client)
	}
}

// conversation plays a session with every kind of message and rectangle in it.
func conversation(p *play) {
	p.greet()
	p.send(
		rfb.SetPixelFormat{Format: rfb.RGBX},
		rfb.SetEncodings{rfb.CopyRect, 50, rfb.Tight, -259, -26, rfb.Raw, 0x574d5664},
		rfb.FramebufferUpdateRequest{W: 320, H: 200},
		rfb.SetEncodings{50, 51},
		rfb.SetEncodings{},
	)
	all := samples()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		p.down(update(all[name].rect, rect(0, 0, 2, 2, rfb.Raw, noise(16))))
		p.send(rfb.KeyEvent{Down: true, Keysym: 'a'}, rfb.PointerEvent{Buttons: 1})
	}
	p.send(
		rfb.QEMUKeyEvent{Down: true, Keysym: 'b', Keycode: 48},
		rfb.QEMUAudio{Operation: 0}, rfb.QEMUAudio{Operation: 2, Frequency: 44100},
		rfb.PointerEvent{}, rfb.PointerEvent{X: 10},
		rfb.CutText{Length: 20}, rfb.CutText{Length: 20, Extended: true},
		rfb.EnableContinuousUpdates{Enable: true}, rfb.Fence{Payload: "12345"}, rfb.XVPMessage{Version: 1, Code: 2},
		rfb.SetDesktopSize{W: 3, H: 4, Screens: []rfb.Screen{{ID: 1}, {ID: 2}}},
		rfb.PointerEvent{Buttons: 1 << 8},
	)
	for _, message := range otherMessages() {
		p.down(message)
	}
	p.down(update())
}

// untimed returns what was told without the times and, since the directions are joined in
// another order where chunks differ, inputs apart from updates.
func (p *play) untimed() (in []rfb.Input, up []rfb.Update, lost []rfb.Lost) {
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
		p.tap.LimitEncodings(rfb.Encoding.Followed)
		sizes := rapid.SliceOfN(rapid.IntRange(1, 100), 1, 50).Draw(rt, "sizes")
		next := 0
		p.chunk = func(n int) int {
			next++
			return min(n, sizes[next%len(sizes)])
		}
		conversation(p)
		want := p.client
		for was, is := range map[*rfb.SetEncodings]rfb.SetEncodings{
			{rfb.CopyRect, 50, rfb.Tight, -259, -26, rfb.Raw, 0x574d5664}: {rfb.CopyRect, rfb.Tight, -26, rfb.Raw},
			{50, 51}: {},
		} {
			want = bytes.Replace(want, was.Append(nil), is.Append(nil), 1)
		}
		if got := p.wire.toMachine.Bytes(); !bytes.Equal(got, want) {
			rt.Errorf("the machine heard\n%x, want\n%x", got, want)
		}
	})
}
