package server_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"testing"
	"testing/synctest"

	"vmstudy/rfb/robot"
	"vmstudy/rfb/screen"
	"vmstudy/rfb/server"
	"vmstudy/rfb/wire"
)

// The pointer is drawn where the machine has it, for those for whom that is wished, and nowhere else. What is under it comes back.
func TestThePointerIsAPartOfThePictureWhereThatIsWished(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		size := image.Pt(160, 120)
		s := server.New(size)
		plain := image.NewRGBA(image.Rectangle{Max: size})
		draw.Draw(plain, plain.Rect, image.NewUniform(color.RGBA{200, 220, 240, 255}), image.Point{}, draw.Src)
		s.Draw(plain.Rect, func(m *image.RGBA) { copy(m.Pix, plain.Pix) })
		arrow := image.NewNRGBA(image.Rect(0, 0, 8, 12))
		draw.Draw(arrow, image.Rect(0, 0, 4, 12), image.NewUniform(color.NRGBA{10, 20, 30, 255}), image.Point{}, draw.Src)
		draw.Draw(arrow, image.Rect(4, 0, 8, 12), image.NewUniform(color.NRGBA{0, 0, 0, 128}), image.Point{}, draw.Src)
		s.SetShape(screen.Shape{Hot: image.Pt(1, 2), Image: arrow})
		var told seen
		drawn := lookThrough(t, s, robot.View{Encodings: []wire.Encoding{wire.Tight, wire.DrawnPointer}, Unasked: true}, told.note(t))
		local := lookThrough(t, s, robot.View{Encodings: []wire.Encoding{wire.Tight}, Unasked: true}, told.note(t))
		want := func(at image.Point) *image.RGBA {
			m := image.NewRGBA(plain.Rect)
			copy(m.Pix, plain.Pix)
			draw.Draw(m, arrow.Rect.Add(at).Sub(image.Pt(1, 2)), arrow, image.Point{}, draw.Over)
			return m
		}
		for _, at := range []image.Point{{}, {20, 30}, {21, 30}, {159, 119}, {-5, -5}, {80, 60}} {
			s.SetPointer(at)
			synctest.Wait()
			if got := drawn.Screen(); !bytes.Equal(got.Pix, want(at).Pix) {
				t.Errorf("at %v: %s", at, firstDifference(got, want(at)))
			}
			if got := local.Screen(); !bytes.Equal(got.Pix, plain.Pix) {
				t.Errorf("at %v it is in the picture of somebody who did not wish it: %s", at, firstDifference(got, plain))
			}
		}
		s.SetShape(screen.Shape{})
		synctest.Wait()
		if got := drawn.Screen(); !bytes.Equal(got.Pix, plain.Pix) {
			t.Errorf("hidden: %s", firstDifference(got, plain))
		}
	})
}
