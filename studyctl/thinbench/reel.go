package thinbench

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"math/rand/v2"
)

// The film: 30 pictures a second of 640x360 pixels on a desktop of 1280x800.
const filmRate = 30

var filmArea = image.Rect(320, 200, 960, 560)

// reel is a film: a scene over which the camera moves, and something that moves before it, with the grain of a camera. Each picture
// carries its number, so that a viewer can tell which one it shows.
type reel struct {
	scene *image.RGBA // larger than a picture
	grain []uint8
	seed  uint64
}

// newReel makes a film. The same seed makes the same one.
func newReel(seed uint64) *reel {
	size := filmArea.Size().Mul(2)
	f := &reel{scene: image.NewRGBA(image.Rectangle{Max: size}), grain: make([]uint8, 1<<16), seed: seed}
	r := rand.New(rand.NewPCG(seed, 11))
	var layers [3]noise
	for i := range layers {
		layers[i] = newNoise(r)
	}
	for y := range size.Y {
		for x := range size.X {
			light := layers[0].at(x, y)
			shade := func(of noise, by float64) uint8 { return uint8(min(max(255*(0.75*light+by*of.at(x, y)), 0), 255)) }
			f.scene.SetRGBA(x, y, color.RGBA{shade(layers[1], 0.25), shade(layers[2], 0.2), uint8(200 * light), 255})
		}
	}
	for i := range f.grain {
		f.grain[i] = uint8(r.IntN(5))
	}
	return f
}

// picture draws picture n at the film's place on a screen.
func (f *reel) picture(screen *image.RGBA, n int) {
	angle := float64(n) / 90
	room := f.scene.Rect.Size().Sub(filmArea.Size())
	at := image.Pt(int(float64(room.X)*(0.5+0.5*math.Sin(angle))), int(float64(room.Y)*(0.5+0.5*math.Cos(1.3*angle))))
	draw.Draw(screen, filmArea, f.scene, at, draw.Src)
	runner := image.Rect(0, 0, 90, 120).Add(filmArea.Min).Add(image.Pt(n*6%(filmArea.Dx()-90), 160+int(40*math.Sin(float64(n)/5))))
	draw.Draw(screen, runner, f.scene, image.Pt(200, 100), draw.Src)
	noise := n * 7919
	for y := filmArea.Min.Y; y < filmArea.Max.Y; y++ {
		row := screen.Pix[screen.PixOffset(filmArea.Min.X, y):screen.PixOffset(filmArea.Max.X, y)]
		for i := range row {
			if i%4 != 3 {
				g := f.grain[noise&(len(f.grain)-1)]
				row[i] = min(row[i], 250) + g
				noise += 3
			}
		}
	}
	for i, square := range squares() {
		ink := image.Black
		if n>>i&1 == 1 {
			ink = image.White
		}
		draw.Draw(screen, square, ink, image.Point{}, draw.Src)
	}
}

// squares are where the bits of a picture's number are.
func squares() (all [10]image.Rectangle) {
	for i := range all {
		all[i] = image.Rect(0, 0, 32, 32).Add(filmArea.Min).Add(image.Pt(32*i, 0))
	}
	return all
}

// numberOn returns the number of the picture that a screen shows, without the bits for which there are no squares.
func numberOn(screen *image.RGBA) (n int) {
	for i, square := range squares() {
		sum, inside := 0, square.Inset(10)
		for y := inside.Min.Y; y < inside.Max.Y; y++ {
			for x := inside.Min.X; x < inside.Max.X; x++ {
				sum += int(screen.Pix[screen.PixOffset(x, y)])
			}
		}
		if sum > 128*inside.Dx()*inside.Dy() {
			n |= 1 << i
		}
	}
	return n
}

// noise is a texture of several sizes of detail, from 0 to 1.
type noise [64 * 64]float64

func newNoise(r *rand.Rand) (n noise) {
	for i := range n {
		n[i] = r.Float64()
	}
	return n
}

func (n *noise) at(x, y int) (v float64) {
	weight, total := 1.0, 0.0
	for size := 128.0; size >= 2; size /= 2 {
		v += weight * n.smooth(float64(x)/size, float64(y)/size)
		total += weight
		weight *= 0.75
	}
	return v / total
}

// smooth goes smoothly between the values at whole places.
func (n *noise) smooth(x, y float64) float64 {
	ix, iy := int(x), int(y)
	fx, fy := x-float64(ix), y-float64(iy)
	fx, fy = fx*fx*(3-2*fx), fy*fy*(3-2*fy)
	value := func(x, y int) float64 { return n[y&63*64+x&63] }
	top := value(ix, iy)*(1-fx) + value(ix+1, iy)*fx
	low := value(ix, iy+1)*(1-fx) + value(ix+1, iy+1)*fx
	return top*(1-fy) + low*fy
}
