package wiretest

import (
	"bufio"
	"bytes"
	"fmt"
	"image"
	"image/color"
	"math/rand/v2"

	"vmstudy/rfb/wire"
)

// Formats are pixel formats that viewers and servers use, and odd ones that they might.
var Formats = map[string]wire.PixelFormat{
	"RGBX":            wire.RGBX,
	"BGRX":            whole(16, 8, 0, false),
	"XRGB":            whole(8, 16, 24, false),
	"big-endian BGRX": whole(16, 8, 0, true),
	"big-endian RGBX": whole(24, 16, 8, true),
	"32 bits deep":    {BitsPerPixel: 32, Depth: 32, TrueColour: true, RedMax: 255, GreenMax: 255, BlueMax: 255, RedShift: 16, GreenShift: 8},
	"10 bits each":    {BitsPerPixel: 32, Depth: 30, TrueColour: true, RedMax: 1023, GreenMax: 1023, BlueMax: 1023, RedShift: 20, GreenShift: 10},
	"low 565 of 32":   {BitsPerPixel: 32, Depth: 16, TrueColour: true, RedMax: 31, GreenMax: 63, BlueMax: 31, RedShift: 11, GreenShift: 5},
	"high 565 of 32":  {BitsPerPixel: 32, Depth: 16, TrueColour: true, BigEndian: true, RedMax: 31, GreenMax: 63, BlueMax: 31, RedShift: 27, GreenShift: 21, BlueShift: 16},
	"565":             {BitsPerPixel: 16, Depth: 16, TrueColour: true, RedMax: 31, GreenMax: 63, BlueMax: 31, RedShift: 11, GreenShift: 5},
	"big-endian 555":  {BitsPerPixel: 16, Depth: 15, TrueColour: true, BigEndian: true, RedMax: 31, GreenMax: 31, BlueMax: 31, RedShift: 10, GreenShift: 5},
	"332":             {BitsPerPixel: 8, Depth: 8, TrueColour: true, RedMax: 7, GreenMax: 7, BlueMax: 3, RedShift: 0, GreenShift: 3, BlueShift: 6},
	"colour map":      {BitsPerPixel: 8, Depth: 8},
}

func whole(r, g, b uint8, big bool) wire.PixelFormat {
	return wire.PixelFormat{
		BitsPerPixel: 32, Depth: 24, TrueColour: true, BigEndian: big,
		RedMax: 255, GreenMax: 255, BlueMax: 255, RedShift: r, GreenShift: g, BlueShift: b,
	}
}

// kinds of picture, for each of which some encoding has a form of its own.
var kinds = map[string]func(r *rand.Rand, x, y int) color.RGBA{
	"one colour":  func(*rand.Rand, int, int) color.RGBA { return color.RGBA{12, 200, 77, 255} },
	"two colours": func(_ *rand.Rand, x, y int) color.RGBA { return grey((x/3 + y/5) % 2 * 255) },
	"four colours": func(_ *rand.Rand, x, y int) color.RGBA {
		return color.RGBA{uint8(x / 7 % 2 * 255), uint8(y / 9 % 2 * 255), 9, 255}
	},
	"twelve":    func(r *rand.Rand, _, _ int) color.RGBA { return grey(r.IntN(12) * 20) },
	"long runs": func(_ *rand.Rand, _, y int) color.RGBA { return grey(y % 200) },
	"short runs": func(_ *rand.Rand, x, y int) color.RGBA {
		return color.RGBA{uint8(x / 4 * 37), uint8(y), uint8(x / 4), 255}
	},
	"eighty":   func(r *rand.Rand, _, _ int) color.RGBA { return grey(r.IntN(80) * 3) },
	"gradient": func(_ *rand.Rand, x, y int) color.RGBA { return color.RGBA{uint8(x), uint8(y), uint8(x + y), 255} },
	"noise": func(r *rand.Rand, _, _ int) color.RGBA {
		n := r.Uint32()
		return color.RGBA{uint8(n), uint8(n >> 8), uint8(n >> 16), 255}
	},
}

func grey(n int) color.RGBA { return color.RGBA{uint8(n), uint8(n), uint8(n), 255} }

// Painted returns a picture in which kinds of picture lie beside and upon each other.
func Painted(size image.Point, seed uint64) *image.RGBA {
	r := rand.New(rand.NewPCG(seed, 0))
	m := image.NewRGBA(image.Rectangle{Max: size})
	names := []string{"one colour", "two colours", "four colours", "twelve", "long runs", "short runs", "eighty", "gradient", "noise"}
	for range 6 {
		area := image.Rect(r.IntN(size.X+1), r.IntN(size.Y+1), r.IntN(size.X+1), r.IntN(size.Y+1))
		if m.Pix[3] == 0 {
			area = m.Rect
		}
		paint := kinds[names[r.IntN(len(names))]]
		for y := area.Min.Y; y < area.Max.Y; y++ {
			for x := area.Min.X; x < area.Max.X; x++ {
				m.SetRGBA(x, y, paint(r, x, y))
			}
		}
	}
	return m
}

// ReaderOf returns a reader of b.
func ReaderOf(b []byte) *wire.Reader { return wire.NewReader(bufio.NewReader(bytes.NewReader(b))) }

// Difference says in words where two pictures differ first.
func Difference(got, want *image.RGBA) string {
	if got.Rect != want.Rect {
		return fmt.Sprintf("got a screen of %v, want %v", got.Rect, want.Rect)
	}
	for i := range got.Pix {
		if got.Pix[i] != want.Pix[i] {
			x, y := i%got.Stride/4, i/got.Stride
			return fmt.Sprintf("pixel %d,%d is %v, want %v", x, y, got.RGBAAt(x, y), want.RGBAAt(x, y))
		}
	}
	return "no difference"
}
