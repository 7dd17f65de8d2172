package server_test

import (
	"image"
	"image/color"
	"image/draw"
	"testing"
	"testing/synctest"
	"time"

	"vmstudy/rfb/robot"
	"vmstudy/rfb/server"
	"vmstudy/rfb/wire"
)

// A viewer for whom few updates a second are wished gets no more. An answer to its key waits for the next update, and after a rest it
// comes at once.
func TestUpdatesAreNoMoreThanWishedFor(t *testing.T) {
	for name, unasked := range map[string]bool{"on request": false, "continuous": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := server.New(image.Pt(128, 96))
				paint := func(n int) {
					s.Draw(image.Rect(0, 0, 64, 64), func(m *image.RGBA) {
						draw.Draw(m, image.Rect(0, 0, 64, 64), image.NewUniform(color.RGBA{uint8(n), uint8(n >> 8), 7, 255}), image.Point{}, draw.Src)
					})
				}
				pressed := 0
				s.Input = func(wire.ClientMessage) { pressed++; paint(pressed << 9) }
				var told seen
				c := lookThrough(t, s, robot.View{Encodings: []wire.Encoding{wire.Tight, wire.FrameRate(10)}, Unasked: unasked}, told.note(t))
				if _, err := c.WaitChange(t.Context(), 0); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Second)
				before := c.Changes()
				for n := range 200 {
					paint(n + 1)
					time.Sleep(10 * time.Millisecond)
				}
				if got := c.Changes() - before; got < 19 || got > 21 {
					t.Errorf("%d updates in two seconds, want 20", got)
				}
				press := func() time.Duration {
					before, from := c.Changes(), time.Now()
					if err := c.Key(t.Context(), 'a', true); err != nil {
						t.Fatal(err)
					}
					if _, err := c.WaitChange(t.Context(), before); err != nil {
						t.Fatal(err)
					}
					return time.Since(from)
				}
				time.Sleep(time.Second)
				if took := press(); took > 0 {
					t.Errorf("after a rest the answer took %v", took)
				}
				if took := press(); took != 100*time.Millisecond {
					t.Errorf("right after an update the answer took %v, want a tenth of a second", took)
				}
			})
		})
	}
}
