package screen

import (
	"encoding/binary"
	"image"

	"vmstudy/rfb/wire"
)

// maxSubrectangles is how many a tile can announce.
const maxSubrectangles = 255

// appendHextile adds an area's tiles to b. Every tile names its colours: what a tile could
// take over from the one before is little.
func (e *Encoder) appendHextile(b []byte, src *image.RGBA, area image.Rectangle) []byte {
	tiles(area, wire.HextileSide, func(tile image.Rectangle) bool {
		b = e.hextileTile(b, src, tile)
		return true
	})
	return b
}

func (e *Encoder) hextileTile(b []byte, src *image.RGBA, tile image.Rectangle) []byte {
	c, start := &e.colours, len(b)
	c.take(src, tile, censusSlots/4)
	raw := tile.Dx() * tile.Dy() * e.pixel.size
	back := mostFrequent(src, tile, c)
	switch {
	case len(c.colours) == 1:
		return e.pixel.put(append(b, wire.HextileBackground), back)
	case len(c.colours) == 2:
		fore := c.colours[0]
		if fore == back {
			fore = c.colours[1]
		}
		b = e.pixel.put(append(b, wire.HextileBackground|wire.HextileForeground|wire.HextileSubrectangles), back)
		b = e.pixel.put(b, fore)
	default:
		b = e.pixel.put(append(b, wire.HextileBackground|wire.HextileSubrectangles|wire.HextileColoured), back)
	}
	b, ok := e.hextileSubrectangles(b, src, tile, back)
	if ok && len(b)-start <= raw {
		return b
	}
	return e.appendRaw(append(b[:start], wire.HextileRaw), src, tile)
}

// hextileSubrectangles adds the pixels of a tile that are not its background: runs within a
// row, as far down as they go on unchanged.
func (e *Encoder) hextileSubrectangles(b []byte, src *image.RGBA, tile image.Rectangle, back colour) ([]byte, bool) {
	at := len(b)
	b = append(b, 0)
	var done [wire.HextileSide][wire.HextileSide]bool
	w, h := tile.Dx(), tile.Dy()
	pixel := func(x, y int) colour {
		return binary.LittleEndian.Uint32(src.Pix[src.PixOffset(tile.Min.X+x, tile.Min.Y+y):]) | opaque
	}
	count := 0
	for y := range h {
		for x := 0; x < w; x++ {
			p := pixel(x, y)
			if p == back || done[y][x] {
				continue
			}
			size := grow(image.Pt(x, y), image.Pt(w, h), func(x, y int) bool { return !done[y][x] && pixel(x, y) == p })
			for dy := range size.Y {
				for dx := range size.X {
					done[y+dy][x+dx] = true
				}
			}
			if count++; count > maxSubrectangles {
				return b, false
			}
			if len(e.colours.colours) > 2 {
				b = e.pixel.put(b, p)
			}
			b = append(b, byte(x<<4|y), byte((size.X-1)<<4|(size.Y-1)))
		}
	}
	b[at] = byte(count)
	return b, true
}

// grow returns the size of a rectangle at the given place, first as wide and then as high as
// same allows within the limit.
func grow(at, limit image.Point, same func(x, y int) bool) image.Point {
	size := image.Pt(1, 1)
	for at.X+size.X < limit.X && same(at.X+size.X, at.Y) {
		size.X++
	}
	for at.Y+size.Y < limit.Y {
		for x := range size.X {
			if !same(at.X+x, at.Y+size.Y) {
				return size
			}
		}
		size.Y++
	}
	return size
}

// mostFrequent returns the colour that most pixels of an area have.
func mostFrequent(src *image.RGBA, area image.Rectangle, c *census) colour {
	var count [censusSlots / 4]int
	eachRun(src, area, func(p colour, length int) { count[c.index(p)] += length })
	best := 0
	for i := range c.colours {
		if count[i] > count[best] {
			best = i
		}
	}
	return c.colours[best]
}
