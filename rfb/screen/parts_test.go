package screen_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"math"
	"testing"

	"vmstudy/rfb/screen"
	"vmstudy/rfb/wire"
)

// page returns a screen with writing in black on white, writing in soft edges on blue, and a photograph.
func page() (m *image.RGBA, photograph image.Rectangle) {
	m = image.NewRGBA(image.Rect(0, 0, 400, 300))
	draw.Draw(m, m.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(m, image.Rect(0, 200, 400, 300), image.NewUniform(color.RGBA{20, 40, 120, 255}), image.Point{}, draw.Src)
	for y := 5; y < 295; y++ {
		for x := 5; x < 395; x++ {
			if y%12 < 9 && (x*x/7+y*5)%11 < 3 { // strokes
				edge := uint8((x * y) % 5 * 50)
				if y < 200 {
					edge = 0
				}
				m.SetRGBA(x, y, color.RGBA{edge, edge, edge, 255})
			}
		}
	}
	photograph = image.Rect(192, 64, 384, 192)
	for y := photograph.Min.Y; y < photograph.Max.Y; y++ {
		for x := photograph.Min.X; x < photograph.Max.X; x++ {
			v := 128 + 60*math.Sin(float64(x)/9)*math.Cos(float64(y)/13) + float64((x*7919+y*104729)%23)
			m.SetRGBA(x, y, color.RGBA{uint8(v), uint8(v / 2), uint8(255 - v), 255})
		}
	}
	return m, photograph
}

// sent returns what a viewer with these encodings sees of m, and how many bytes it takes.
func sent(t *testing.T, m *image.RGBA, encodings ...wire.Encoding) (seen *image.RGBA, size int) {
	t.Helper()
	e := screen.NewEncoder(wire.RGBX)
	e.SetEncodings(encodings, nil)
	fb := screen.NewFramebuffer(m.Rect.Size(), wire.RGBX)
	show(t, fb, e, m, m.Rect, false)
	if e.Free() {
		e = screen.NewEncoder(wire.RGBX)
		e.SetEncodings(encodings, nil)
		size = len(e.AppendParts(nil, m, m.Rect))
	}
	return fb.Picture(), size
}

var quality2, quality6 = wire.Quality(2), wire.Quality(6)

func TestWritingIsNeverBlurred(t *testing.T) {
	m, photograph := page()
	for _, quality := range []wire.Encoding{quality2, quality6} {
		seen, _ := sent(t, m, wire.Tight, wire.LastRect, quality)
		lost := 0
		for y := range 300 {
			for x := range 400 {
				if seen.RGBAAt(x, y) == m.RGBAAt(x, y) {
					continue
				}
				if lost++; !image.Pt(x, y).In(photograph) {
					t.Fatalf("quality %d: the pixel at %d, %d is %v, and was %v", quality-wire.Quality(0), x, y, seen.RGBAAt(x, y), m.RGBAAt(x, y))
				}
			}
		}
		if lost == 0 {
			t.Errorf("quality %d: the photograph lost nothing", quality-wire.Quality(0))
		}
	}
}

func TestALowerQualityIsShorter(t *testing.T) {
	m, _ := page()
	_, whole := sent(t, m, wire.Tight, wire.LastRect)
	_, good := sent(t, m, wire.Tight, wire.LastRect, quality6)
	_, poor := sent(t, m, wire.Tight, wire.LastRect, quality2)
	if poor >= good || good >= whole {
		t.Errorf("without loss %d bytes, at quality 6 %d, at 2 %d", whole, good, poor)
	}
}

// Where nothing may be lost, nothing is, whatever a screen shows and wherever it is cut.
func TestWithoutAQualityNothingIsLost(t *testing.T) {
	m, _ := page()
	if seen, _ := sent(t, m, wire.Tight, wire.LastRect); !bytes.Equal(seen.Pix, m.Pix) {
		t.Error(firstDifference(seen, m))
	}
}
