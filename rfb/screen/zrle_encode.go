package screen

import (
	"encoding/binary"
	"image"
)

// appendZRLE adds an area's tiles, compressed, to b. RFC 6143, section 7.7.6.
func (e *Encoder) appendZRLE(b []byte, src *image.RGBA, area image.Rectangle) []byte {
	e.plain = e.plain[:0]
	tiles(area, zrleSide, func(tile image.Rectangle) bool {
		e.zrleTile(src, tile)
		return true
	})
	return e.appendDeflated(b, streamZRLE)
}

// zrleTile adds one tile to e.plain, in the shortest of its forms before compression.
func (e *Encoder) zrleTile(src *image.RGBA, tile image.Rectangle) {
	c, size := &e.colours, e.compact.size
	c.take(src, tile, zrleMaxColour)
	colours, pixels := len(c.colours), tile.Dx()*tile.Dy()
	best, form := pixels*size, zrleRaw
	consider := func(length, f int) {
		if length < best {
			best, form = length, f
		}
	}
	// Runs are counted from row to row, and the census does so; a run takes a byte for its
	// length as long as it is short, and the palette saves that byte where it is one pixel.
	consider(c.runs*(size+1), zrleRuns)
	if !c.many {
		consider(colours*size+c.runs*2, zrleRuns+colours)
		if colours <= zrlePacked {
			consider(colours*size+(tile.Dx()*indexBits(colours)+7)/8*tile.Dy(), colours)
		}
	}
	if !c.many && colours == 1 {
		e.plain = e.compact.put(append(e.plain, zrleSolid), c.colours[0])
		return
	}
	e.plain = append(e.plain, byte(form))
	switch {
	case form == zrleRaw:
		for y := tile.Min.Y; y < tile.Max.Y; y++ {
			e.plain = e.compact.putRow(e.plain, Row(src, tile, y))
		}
	case form <= zrlePacked:
		e.zrlePalette()
		for y := tile.Min.Y; y < tile.Max.Y; y++ {
			e.plain = c.indexRow(e.plain, Row(src, tile, y), indexBits(colours))
		}
	default:
		if form > zrleRuns {
			e.zrlePalette()
		}
		eachRun(src, tile, func(p colour, length int) { e.zrleRun(p, length, form > zrleRuns) })
	}
}

func (e *Encoder) zrlePalette() {
	for _, p := range e.colours.colours {
		e.plain = e.compact.put(e.plain, p)
	}
}

func (e *Encoder) zrleRun(p colour, length int, paletted bool) {
	if paletted {
		index := byte(e.colours.index(p))
		if length == 1 {
			e.plain = append(e.plain, index)
			return
		}
		e.plain = append(e.plain, index|zrleSingle)
	} else {
		e.plain = e.compact.put(e.plain, p)
	}
	for length--; length >= 255; length -= 255 {
		e.plain = append(e.plain, 255)
	}
	e.plain = append(e.plain, byte(length))
}

// eachRun calls each for every run of pixels of one colour, from one row to the next.
func eachRun(src *image.RGBA, area image.Rectangle, each func(p colour, length int)) {
	last, length := colour(0), 0
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for row := Row(src, area, y); len(row) >= 4; row = row[4:] {
			p := binary.LittleEndian.Uint32(row) | opaque
			if p != last && length > 0 {
				each(last, length)
				length = 0
			}
			last = p
			length++
		}
	}
	if length > 0 {
		each(last, length)
	}
}
