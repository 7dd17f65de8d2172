package server_test

import (
	"bytes"
	"image"
	"image/color"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"vmstudy/rfb/robot"
	"vmstudy/rfb/server"
	"vmstudy/rfb/wire"
)

// frame returns a picture of a film: soft shapes with a grain, of sixty colours, which are few enough for a palette.
func frame(n int) func(*image.RGBA) {
	return func(m *image.RGBA) {
		for y := range m.Rect.Dy() {
			for x := range m.Rect.Dx() {
				grain := (x/3*7919 ^ y*104729 ^ n*31) % 97 % 4
				v := uint8((int(28+25*math.Sin(float64(x/3)/10)*math.Cos(float64(y)/40+float64(n))) + grain) * 4)
				m.SetRGBA(x, y, color.RGBA{v, v / 2, 255 - v, 255})
			}
		}
	}
}

// A drawing goes as a palette. If it moves, it goes as JPEG, which is shorter, and it is exact once it is still.
func TestWhatMovesIsSentAsAPicture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := server.New(image.Pt(256, 192))
		var told seen
		c := lookThrough(t, s, robot.View{Encodings: []wire.Encoding{wire.Tight, wire.Quality(2)}, Unasked: true}, told.note(t))
		if _, err := c.WaitChange(t.Context(), 0); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		const frames = 5
		for n := range frames {
			before := c.Changes()
			s.Draw(image.Rect(0, 0, 256, 192), frame(n))
			if _, err := c.WaitChange(t.Context(), before); err != nil {
				t.Fatal(err)
			}
			time.Sleep(100 * time.Millisecond)
		}
		told.mu.Lock()
		first, last := told.updates[1].Bytes, told.updates[frames].Bytes
		told.mu.Unlock()
		if 2*last > first {
			t.Errorf("the first picture took %d bytes, the last of several %d: want less than half", first, last)
		}
		time.Sleep(10 * time.Second)
		want := image.NewRGBA(image.Rect(0, 0, 256, 192))
		frame(frames - 1)(want)
		if got := c.Screen(); !bytes.Equal(got.Pix, want.Pix) {
			t.Errorf("ten seconds after the last: %s", firstDifference(got, want))
		}
	})
}
