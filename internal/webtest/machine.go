package webtest

import (
	"image"
	"image/color"
	"sync"
	"testing"
	"time"

	"vmstudy/rfb/rfbtest"
	"vmstudy/rfb/wire"
)

// The size of the screen of a colourful machine, in pixels.
const (
	Wide = 320
	High = 200
)

// Colourful returns a machine whose whole screen changes its colour, the given time after a key or
// button is pressed.
func Colourful(t *testing.T, after time.Duration) *rfbtest.Server {
	m := rfbtest.NewServer(Wide, High)
	var pending sync.WaitGroup
	t.Cleanup(pending.Wait)
	n := 0
	m.OnInput = func(in wire.ClientMessage) {
		if !GoesDown(in) {
			return
		}
		n++
		colour := Shade(n)
		paint := func() { m.Paint(image.Rect(0, 0, Wide, High), colour) }
		if after == 0 {
			paint()
			return
		}
		pending.Add(1)
		time.AfterFunc(after, func() { defer pending.Done(); paint() })
	}
	return m
}

// Shade returns the n-th colour of a colourful machine.
func Shade(n int) color.RGBA { return color.RGBA{uint8(37 * n), 255, 128, 255} }

// GoesDown reports whether an input presses something.
func GoesDown(in wire.ClientMessage) bool {
	switch in := in.(type) {
	case wire.KeyEvent:
		return in.Down
	case wire.QEMUKeyEvent:
		return in.Down
	case wire.PointerEvent:
		return in.Buttons != 0
	}
	return false
}
