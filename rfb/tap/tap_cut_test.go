package tap_test

import (
	"testing"

	"vmstudy/rfb/wire"
)

// TestAClosedClipboardStaysClosed makes a tap lose its place in each way, with a text in the same piece
// or in the next one, and looks for anything on the other side.
func TestAClosedClipboardStaysClosed(t *testing.T) {
	text := func(kind byte) []byte { return append([]byte{kind, 0, 0, 0, 0, 0, 0, 6}, "secret"...) }
	format := wire.SetPixelFormat{Format: wire.PixelFormat{BitsPerPixel: 8, Depth: 8}}.Append(nil)
	for name, tt := range map[string]struct {
		lose func(*play) // sends what the tap cannot follow, and a text behind it
		text []byte
	}{
		"the viewer changes the format under way": {func(p *play) { p.try(format, nil) }, text(6)},
		"the viewer says what is unknown":         {func(p *play) { p.try(raw(99), nil) }, text(6)},
		"the viewer says it in one piece":         {func(p *play) { p.try(append(raw(99), text(6)...), nil) }, text(6)},
		"the viewer is in the middle of a list":   {func(p *play) { p.try(raw(2, 0, 0, 9, 1), nil); p.try(nil, raw(99)) }, text(6)},
		"the machine says what is unknown":        {func(p *play) { p.try(nil, raw(99)) }, text(3)},
		"the machine says it in one piece":        {func(p *play) { p.try(nil, append(raw(99), text(3)...)) }, text(3)},
		"the machine goes beyond a limit":         {func(p *play) { p.try(nil, update(rect(0, 0, 65535, 65535, wire.DesktopSize))) }, text(3)},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlay(t)
			p.tap.CloseClipboard()
			p.greet()
			p.send(wire.FramebufferUpdateRequest{W: 1, H: 1})
			before := p.wire.toMachine.Len()
			tt.lose(p)
			if up, down := p.try(text(6), nil), p.try(nil, text(3)); up == nil || down == nil {
				t.Errorf("a viewer may still write (%v) or read (%v)", up, down)
			}
			if got := p.wire.toMachine.Bytes()[before:]; len(got) > 0 || len(p.heard) > 0 {
				t.Errorf("the machine got %q, the viewer %q; want nothing more", got, p.heard)
			}
			if !p.wire.closed || len(p.lost()) != 1 {
				t.Errorf("connection closed: %v, losses %v; want true and one", p.wire.closed, p.lost())
			}
		})
	}
}

// try passes bytes up and down without a claim about what becomes of them, notes what the viewer
// hears and returns the error.
func (p *play) try(up, down []byte) error {
	if len(up) > 0 {
		if _, err := p.tap.Write(up); err != nil {
			return err
		}
	}
	if len(down) == 0 {
		return nil
	}
	p.wire.toViewer.Write(down)
	got := make([]byte, len(down))
	n, err := p.tap.Read(got)
	p.heard = append(p.heard, got[:n]...)
	return err
}
