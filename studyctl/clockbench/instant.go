package clockbench

import (
	"context"
	"image"
	"image/color"
	"image/draw"
	"net"
	"sync"
	"time"

	"vmstudy/rfb/server"
	"vmstudy/rfb/wire"
	"vmstudy/session"
)

// Instant is a machine that answers each key at once with a small rectangle of another colour, and tells the witness when.
var Instant = Machine{Name: "instant machine", open: func(_ context.Context, do func(session.Opener, *witness) error) error {
	w := &witness{key: "a"}
	return do(opener{start: func(context.Context) (far, error) { return instant(w), nil }}, w)
}}

func instant(w *witness) far {
	screen := server.New(image.Pt(320, 200))
	keys := uint8(0)
	screen.Input = func(in wire.ClientMessage) {
		if !down(in) {
			return
		}
		keys++
		w.flip(time.Now())
		screen.Draw(image.Rect(0, 0, 32, 32), func(m *image.RGBA) {
			draw.Draw(m, image.Rect(0, 0, 32, 32), image.NewUniform(color.RGBA{37 * keys, 255, 128, 255}), image.Point{}, draw.Src)
		})
	}
	var serving sync.WaitGroup
	dial := func(context.Context) (net.Conn, error) {
		near, far := net.Pipe()
		serving.Go(func() { _ = screen.Serve(far) }) // until near is closed
		return near, nil
	}
	return far{dial: dial, close: func(context.Context) error { serving.Wait(); return nil }}
}

func down(in wire.ClientMessage) bool {
	switch in := in.(type) {
	case wire.KeyEvent:
		return in.Down
	case wire.QEMUKeyEvent:
		return in.Down
	}
	return false
}
