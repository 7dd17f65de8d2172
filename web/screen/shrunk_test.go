package screen

import (
	"image"
	"image/color"
	"testing"
)

func TestAThumbnailIsTheMeanOfItsPixels(t *testing.T) {
	m := image.NewRGBA(image.Rect(0, 0, 8, 4))
	for x := range 8 {
		for y := range 4 {
			m.SetRGBA(x, y, color.RGBA{uint8(40 * (x % 2)), uint8(30 * x), 0, 255})
		}
	}
	small := shrunk(m, 4)
	if small.Rect.Size() != image.Pt(4, 2) {
		t.Fatalf("size %v, want 4 by 2", small.Rect.Size())
	}
	if got := small.RGBAAt(1, 1); got != (color.RGBA{20, 75, 0, 255}) {
		t.Errorf("colour %v, want the mean of columns 2 and 3", got)
	}
	if shrunk(small, 400) != small {
		t.Error("a small picture is made anew")
	}
}
