// Package jpeg writes parts of a screen as JPEG pictures: small, and quickly enough for every change of a screen.
//
// A picture is baseline JPEG (ITU-T T.81), which every viewer of Tight rectangles draws. Package image/jpeg of Go's own
// library writes it, too. This package has what a screen needs beyond that:
//
//   - Colours may have the full resolution (4:4:4) or half of it across (4:2:2). Text in colour is unreadable with
//     4:2:0, which is all that image/jpeg writes.
//   - The Huffman codes are made for each picture. A screen changes in small parts, and of a small picture the standard
//     codes alone are 420 bytes.
//   - An [Encoder] keeps its memory from picture to picture.
package jpeg

import (
	"image"
)

// Chroma says at which resolution the colours are sent, compared with the brightness.
type Chroma uint8

// The resolutions of colours.
const (
	Full    Chroma = iota // 4:4:4
	Half                  // 4:2:2: half of it across
	Quarter               // 4:2:0: half of it across and down
)

// Options say how much of a picture may be lost.
type Options struct {
	Quality int // 1 to 100, as in libjpeg; outside of this range the nearest in it counts
	Chroma  Chroma
}

// Encoder writes pictures. The zero Encoder is ready to use. It is not safe for concurrent use.
type Encoder struct {
	quants [2]quantiser // of brightness and of colours
	made   int          // the quality that they are made for; 0 for none

	planes [3][]float32 // brightness and colours of a row of units, each row as wide as stride
	stride int

	words []word
	last  [3]int32 // the last block's mean, by component
	uses  [4]histogram
	codes [4]codes
	merge merging
}

// Append adds a picture of an area of src to b. The area must not be empty, must lie in src, and may have no side above
// 65,535 pixels. Alpha is ignored.
func (e *Encoder) Append(b []byte, src *image.RGBA, area image.Rectangle, o Options) []byte {
	o.Quality = min(max(o.Quality, 1), 100)
	e.prepare(o.Quality)
	wide, high := 8, 8 // the pixels of a unit, which has one block of each colour
	if o.Chroma != Full {
		wide = 16
	}
	if o.Chroma == Quarter {
		high = 16
	}
	e.words, e.last = e.words[:0], [3]int32{}
	e.uses = [4]histogram{}
	for y := area.Min.Y; y < area.Max.Y; y += high {
		e.takeRows(src, area, y, wide, high)
		for x := 0; x < area.Dx(); x += wide {
			for v := 0; v < high; v += 8 {
				for u := 0; u < wide; u += 8 {
					e.block(0, x+u, v)
				}
			}
			e.block(1, x/(wide/8), 0)
			e.block(2, x/(wide/8), 0)
		}
	}
	return e.write(b, area, o.Chroma)
}

// prepare makes the quantisers of a quality.
func (e *Encoder) prepare(quality int) {
	if e.made == quality {
		return
	}
	e.made = quality
	for i := range e.quants {
		e.quants[i] = newQuantiser(&standard[i], quality)
	}
}

// takeRows puts the brightness and the colours of high rows, from y on, into the planes. Beyond the area's edges its last
// pixels are repeated, so that what nobody sees costs little.
func (e *Encoder) takeRows(src *image.RGBA, area image.Rectangle, y, wide, high int) {
	width := area.Dx()
	e.stride = (width + wide - 1) / wide * wide
	for i := range e.planes {
		if n := e.stride * high; cap(e.planes[i]) < n {
			e.planes[i] = make([]float32, n)
		} else {
			e.planes[i] = e.planes[i][:n]
		}
	}
	for v := range high {
		at := src.PixOffset(area.Min.X, min(y+v, area.Max.Y-1))
		row := src.Pix[at : at+4*width]
		from, to := v*e.stride, (v+1)*e.stride
		convert(row, e.planes[0][from:to], e.planes[1][from:to], e.planes[2][from:to])
	}
	for _, plane := range e.planes[1:] {
		if wide == 16 {
			halve(plane, e.stride, high)
		}
		if high == 16 {
			halveDown(plane, e.stride)
		}
	}
}

// convert turns a row of pixels into brightness and two colours, each around 0: ITU-T T.871, section 7.
func convert(row []byte, bright, blue, red []float32) {
	n := len(row) / 4
	bright, blue, red = bright[:len(bright):len(bright)], blue[:len(bright)], red[:len(bright)]
	for i := range n {
		p := row[4*i : 4*i+3 : 4*i+3]
		r, g, b := float32(p[0]), float32(p[1]), float32(p[2])
		bright[i] = 0.299*r + 0.587*g + 0.114*b - 128
		blue[i] = -0.168735892*r - 0.331264108*g + 0.5*b
		red[i] = 0.5*r - 0.418687589*g - 0.081312411*b
	}
	for i := n; i < len(bright); i++ {
		bright[i], blue[i], red[i] = bright[n-1], blue[n-1], red[n-1]
	}
}

// halve takes the mean of every two neighbours in each row, which then begins where it did.
func halve(plane []float32, stride, high int) {
	for v := range high {
		row := plane[v*stride : (v+1)*stride]
		for i := range stride / 2 {
			row[i] = (row[2*i] + row[2*i+1]) / 2
		}
	}
}

// halveDown takes the mean of every two rows of 16.
func halveDown(plane []float32, stride int) {
	for v := range 8 {
		to, a, b := plane[v*stride:][:stride/2], plane[2*v*stride:][:stride/2], plane[(2*v+1)*stride:][:stride/2]
		for i := range to {
			to[i] = (a[i] + b[i]) / 2
		}
	}
}

// block takes the block of 8x8 values at x, y of a plane, and notes the words that say it.
func (e *Encoder) block(component, x, y int) {
	var b [64]float32
	for v := range 8 {
		copy(b[8*v:8*v+8], e.planes[component][(y+v)*e.stride+x:])
	}
	transform(&b)
	kind := min(component, 1)
	var z [64]int32
	end := e.quants[kind].apply(&b, &z)

	mean := z[0]
	e.note(kind, 0, mean-e.last[component])
	e.last[component] = mean
	zeros := 0
	for i := 1; i < end; i++ {
		if z[i] == 0 {
			zeros++
			continue
		}
		for ; zeros > 15; zeros -= 16 {
			e.put(2+kind, sixteenZeros, 0)
		}
		e.note(2+kind, zeros, z[i])
		zeros = 0
	}
	if end < 64 {
		e.put(2+kind, endOfBlock, 0)
	}
}

// Symbols that stand for no value.
const (
	endOfBlock   = 0x00
	sixteenZeros = 0xf0
)
