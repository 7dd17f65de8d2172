package rfbtest

import (
	"image"
	"image/color"
	"math/rand/v2"
)

// Desktop returns a picture that is as hard to compress as people's screens are: windows with
// frames and shadows of one colour, full of text in anti-aliased letters, and a photograph in
// about a sixth of it. The same seed makes the same picture.
func Desktop(size image.Point, seed uint64) *image.RGBA {
	r := rand.New(rand.NewPCG(seed, 1))
	m := image.NewRGBA(image.Rectangle{Max: size})
	fill(m, m.Rect, color.RGBA{0x2e, 0x34, 0x40, 255})
	photograph(m, image.Rect(0, 0, size.X*2/5, size.Y*2/5).Add(image.Pt(size.X/2, size.Y/2)), r)
	for range 4 {
		corner := image.Pt(r.IntN(size.X/2), r.IntN(size.Y/2))
		window := image.Rectangle{corner, corner.Add(image.Pt(size.X*2/5, size.Y*2/5))}
		fill(m, window, color.RGBA{0x88, 0x88, 0x90, 255})
		fill(m, window.Inset(2), color.RGBA{0xf8, 0xf8, 0xf5, 255})
		text(m, window.Inset(6), r)
	}
	return m
}

func fill(m *image.RGBA, area image.Rectangle, c color.RGBA) {
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			m.SetRGBA(x, y, c)
		}
	}
}

// text draws rows of letters of 7x13 pixels, out of 40 that are made up of strokes with soft
// edges, and of words and gaps as texts have.
func text(m *image.RGBA, area image.Rectangle, r *rand.Rand) {
	var letters [40][13][7]uint8
	for i := range letters {
		for range 4 {
			x, y, down := 1+r.IntN(5), 2+r.IntN(8), r.IntN(2) == 0
			for step := range 5 {
				at := image.Pt(min(6, x+step), y)
				if down {
					at = image.Pt(x, min(12, y+step))
				}
				letters[i][at.Y][at.X] = 255
				letters[i][at.Y][max(0, at.X-1)] = max(letters[i][at.Y][max(0, at.X-1)], uint8(40*r.IntN(4)))
			}
		}
	}
	for y := area.Min.Y; y+13 <= area.Max.Y; y += 16 {
		for x := area.Min.X; x+7 <= area.Max.X; x += 7 {
			if r.IntN(6) == 0 {
				continue
			}
			letter := &letters[r.IntN(len(letters))]
			for dy := range 13 {
				for dx := range 7 {
					ink := 0xf8 - int(letter[dy][dx])*0xf0/255
					m.SetRGBA(x+dx, y+dy, color.RGBA{uint8(ink), uint8(ink), uint8(ink), 255})
				}
			}
		}
	}
}

// photograph draws colours that change slowly, with a camera's noise.
func photograph(m *image.RGBA, area image.Rectangle, r *rand.Rand) {
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			noise := r.IntN(9)
			m.SetRGBA(x, y, color.RGBA{uint8(x/3 + noise), uint8(y/2 + noise), uint8((x+y)/5 + noise), 255})
		}
	}
}
