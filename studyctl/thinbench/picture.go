package thinbench

import (
	"image"
	"image/color"
	"image/draw"
	"math/rand/v2"

	"vmstudy/rfb/rfbtest"
)

// picture is something that a screen shows.
type picture struct {
	name  string
	image *image.RGBA
}

// pictures returns what is compared: a desktop with text and a photograph, the same with a drawing of many colours, and one that
// fills the screen. The same seed makes the same pictures.
func pictures(size image.Point, seed uint64) []picture {
	desktop := rfbtest.Desktop(size, seed+1)
	mixed := rfbtest.Desktop(size, seed+2)
	part := image.Rectangle{Max: size.Div(2)}.Add(size.Div(4))
	draw.Draw(mixed, part, mandelbrot(part.Size(), seed), image.Point{}, draw.Src)
	return []picture{{"desktop", desktop}, {"desktop with a picture", mixed}, {"Mandelbrot set", mandelbrot(size, seed)}}
}

// mandelbrot draws a part of the border of the Mandelbrot set, in colours that change quickly where it is fine.
func mandelbrot(size image.Point, seed uint64) *image.RGBA {
	const rounds = 400
	r := rand.New(rand.NewPCG(seed, 7))
	centre, width := complex(-0.7435+0.0002*r.Float64(), 0.1314+0.0002*r.Float64()), 0.004
	m := image.NewRGBA(image.Rectangle{Max: size})
	for y := range size.Y {
		for x := range size.X {
			c := centre + complex(width*(float64(x)/float64(size.X)-0.5), width*float64(size.Y)/float64(size.X)*(float64(y)/float64(size.Y)-0.5))
			z, n := complex(0, 0), 0
			for ; n < rounds && real(z)*real(z)+imag(z)*imag(z) < 4; n++ {
				z = z*z + c
			}
			if n == rounds {
				n = 0
			}
			m.SetRGBA(x, y, color.RGBA{uint8(5 * n), uint8(9 * n), uint8(255 - 3*n), 255})
		}
	}
	return m
}
