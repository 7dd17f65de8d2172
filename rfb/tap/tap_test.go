package tap_test

import (
	"image"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/rfb/tap"
	"vmstudy/rfb/wire"
)

func TestTapMeasuresEveryKindOfRectangle(t *testing.T) {
	for name, sample := range samples() {
		t.Run(name, func(t *testing.T) {
			p := newPlay(t)
			p.greet()
			p.chunk = func(int) int { return 1 }
			message := update(sample.Rect)
			p.down(message)
			p.down(update()) // in step only if the rectangle had the right length
			if lost := p.lost(); len(lost) > 0 {
				t.Fatalf("lost: %v", lost[0].Reason)
			}
			got := p.updates()
			if len(got) != 2 {
				t.Fatalf("told of %d updates, want 2", len(got))
			}
			if got[0].Bytes != int64(len(message)) || got[1].Bytes != 4 {
				t.Errorf("told of %d and %d bytes, want %d and 4", got[0].Bytes, got[1].Bytes, len(message))
			}
			if drew := got[0].Rects == 1; drew != sample.Draws {
				t.Errorf("told of %d rectangles of pixels, want that to be 1: %v", got[0].Rects, sample.Draws)
			}
		})
	}
}

func TestTapPassesOverOtherMessages(t *testing.T) {
	for name, message := range otherMessages() {
		t.Run(name, func(t *testing.T) {
			p := newPlay(t)
			p.greet()
			p.chunk = func(int) int { return 1 }
			p.down(message)
			p.down(update())
			if got := p.updates(); len(got) != 1 || len(p.lost()) > 0 {
				t.Errorf("told of updates %v and losses %v, want one and none", got, p.lost())
			}
		})
	}
}

func TestTapTimesAnUpdateFromItsFirstByteToItsLast(t *testing.T) {
	p := newPlay(t)
	p.greet()
	message := update(
		rect(10, 20, 30, 40, wire.CopyRect, noise(4)),
		rect(0, 0, 9, 3, wire.Cursor, noise(9*3*4+2*3)),
		rect(100, 20, 1, 1, wire.Raw, noise(4)))
	before := p.now
	p.down(append(message, message[:1]...)) // the second message begins in the first read,
	p.down(message[1:50])                   // goes on in the second
	p.down(message[50:])                    // and ends in the third
	area := image.Rect(10, 20, 101, 60)
	size := int64(len(message))
	want := []tap.Update{
		{N: 1, Begun: before.Add(time.Millisecond), Ended: before.Add(time.Millisecond), Bytes: size, Rects: 2, Area: area},
		{N: 2, Begun: before.Add(time.Millisecond), Ended: before.Add(3 * time.Millisecond), Bytes: size, Rects: 2, Area: area},
	}
	if diff := cmp.Diff(want, p.updates()); diff != "" {
		t.Errorf("updates (-want +got):\n%s", diff)
	}
}

func TestTapEndsAnUpdateAtItsLastRect(t *testing.T) {
	p := newPlay(t)
	p.greet()
	message := wire.AppendUpdate(nil, 0xffff)
	message = append(message, rect(0, 0, 1, 1, wire.Raw, noise(4))...)
	message = append(message, rect(0, 0, 0, 0, wire.LastRect)...)
	p.down(message)
	p.down(update())
	got := p.updates()
	if len(got) != 2 || got[0].Bytes != int64(len(message)) || got[0].Rects != 1 {
		t.Errorf("updates %+v, want two, the first of %d bytes and 1 rectangle", got, len(message))
	}
}

func TestTapCountsInThePixelFormatThatWasAskedFor(t *testing.T) {
	tests := map[string]struct {
		bits  uint8
		rects [][]byte
	}{
		"16 bits": {16, [][]byte{
			rect(0, 0, 3, 2, wire.Raw, noise(12)),
			rect(0, 0, 3, 2, wire.RRE, be32(1), noise(2+10)),
			rect(0, 0, 9, 9, wire.Hextile, raw(2+4+8+16), noise(2*2), raw(2), noise(2*4)),
			rect(0, 0, 9, 9, wire.Tight, raw(0x80), noise(2)),
			rect(0, 0, 5, 1, wire.Tight, raw(0x00), noise(10)),
			rect(0, 0, 6, 1, wire.Tight, raw(0x00, 3), noise(3)),
			rect(0, 0, 9, 3, wire.Cursor, noise(9*3*2+2*3)),
			rect(0, 0, 9, 3, wire.AlphaCursor, be32(0), noise(9*3*4)),
		}},
		"8 bits": {8, [][]byte{
			rect(0, 0, 3, 2, wire.Raw, noise(6)),
			rect(0, 0, 3, 2, wire.CoRRE, be32(1), noise(1+5)),
			rect(0, 0, 9, 9, wire.Tight, raw(0x80), noise(1)),
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := newPlay(t)
			p.greet()
			p.send(wire.SetPixelFormat{Format: wire.PixelFormat{BitsPerPixel: tt.bits, Depth: tt.bits, TrueColour: true}})
			p.send(wire.FramebufferUpdateRequest{W: 320, H: 200})
			p.down(append(update(tt.rects...), update()...))
			got := p.updates()
			if len(got) != 2 || got[1].Bytes != 4 {
				t.Errorf("updates %+v, losses %v; want two updates, the second empty", got, p.lost())
			}
		})
	}
}

func TestTapNumbersInputs(t *testing.T) {
	p := newPlay(t)
	p.greet()
	before := p.now
	p.send(
		wire.KeyEvent{Down: true, Keysym: 'a'},
		wire.QEMUKeyEvent{Down: false, Keysym: 'a', Keycode: 30},
		wire.PointerEvent{X: 5, Y: 5},
		wire.PointerEvent{X: 6, Y: 5, Buttons: 1},
		wire.PointerEvent{X: 7, Y: 5, Buttons: 1},
		wire.PointerEvent{X: 7, Y: 5, Buttons: 1 | 8},
		wire.PointerEvent{X: 7, Y: 5, Buttons: 1},
		wire.PointerEvent{X: 7, Y: 5},
		wire.CutText{Length: 10},
	)
	want := []tap.Input{
		{N: 1, Kind: tap.Key, Down: true},
		{N: 2, Kind: tap.Key},
		{N: 1, Kind: tap.Move},
		{N: 3, Kind: tap.Button, Down: true},
		{N: 2, Kind: tap.Move},
		{N: 4, Kind: tap.Wheel, Down: true},
		{N: 5, Kind: tap.Wheel},
		{N: 6, Kind: tap.Button},
	}
	for i := range want {
		want[i].Message = i + 1
		want[i].At = before.Add(time.Duration(i+1) * time.Millisecond)
	}
	if diff := cmp.Diff(want, p.inputs()); diff != "" {
		t.Errorf("inputs (-want +got):\n%s", diff)
	}
}

func TestTapReadsMoreButtonsOnceTheMachineHasAnnouncedThem(t *testing.T) {
	back := wire.PointerEvent{Buttons: 1 << 7}
	longForm := raw(5, 0x80, 0, 0, 0, 0, 1) // button 8 in the form of two bytes
	p := newPlay(t)
	p.greet()
	p.send(back, wire.PointerEvent{})
	p.down(update(rect(0, 0, 0, 0, wire.ExtendedMouseButtons)))
	p.up(longForm)
	p.send(wire.PointerEvent{}, wire.KeyEvent{})
	if got := p.inputs(); len(got) != 5 || got[4].Kind != tap.Key || len(p.lost()) > 0 {
		t.Errorf("inputs %v, losses %v; want 5 with a key as the last, and no loss", got, p.lost())
	}
}

func TestTapFollowsEveryHandshake(t *testing.T) {
	type turn struct{ down, up []byte }
	version := func(s string) []byte { return []byte("RFB 003.00" + s + "\n") }
	ok, shared := zeros(4), raw(1)
	handshakes := map[string][]turn{
		"3.8 without password": {{version("8"), version("8")}, {raw(1, 1), raw(1)}, {ok, shared}},
		"3.8 with password":    {{version("8"), version("8")}, {raw(1, 2), raw(2)}, {noise(16), noise(16)}, {ok, shared}},
		"3.7 without password": {{version("7"), version("7")}, {raw(1, 1), append(raw(1), shared...)}},
		"3.7 with password":    {{version("8"), version("7")}, {raw(1, 2), raw(2)}, {noise(16), noise(16)}, {ok, shared}},
		"3.3 without password": {{version("8"), version("3")}, {be32(1), shared}},
		"3.3 with password":    {{version("3"), version("3")}, {append(be32(2), noise(16)...), noise(16)}, {ok, shared}},
		"3.889 counts as 3.8":  {{[]byte("RFB 003.889\n"), version("8")}, {raw(1, 1), raw(1)}, {ok, shared}},
		"3.5 counts as 3.3":    {{version("5"), version("5")}, {be32(1), shared}},
	}
	for name, turns := range handshakes {
		t.Run(name, func(t *testing.T) {
			p := newPlay(t)
			p.chunk = func(int) int { return 1 }
			for _, turn := range turns {
				p.down(turn.down)
				p.up(turn.up)
			}
			p.down(serverInit())
			p.send(wire.KeyEvent{})
			p.down(update(rect(319, 199, 1, 1, wire.Raw, noise(4))))
			if len(p.inputs()) != 1 || len(p.updates()) != 1 || len(p.lost()) != 0 {
				t.Errorf("events %v, want an input and an update", p.events)
			}
		})
	}
}
