package screen

import (
	"encoding/binary"
	"image"

	"vmstudy/rfb/wire"
)

// The kinds of a ZRLE tile, by its first byte. RFC 6143, section 7.7.6.
const (
	zrleRaw       = 0
	zrleSolid     = 1
	zrlePacked    = 16  // 2 to 16: as many colours, and an index of 1, 2 or 4 bits a pixel
	zrleRuns      = 128 // runs, each with its colour
	zrlePaletted  = 129 // and more: runs of as many colours as are above 128
	zrleSingle    = 128 // an index below is one pixel, one above is a run
	zrleSide      = 64  // width and height of a tile, in pixels
	zrleMaxColour = 127 // colours that runs can have a palette of
)

// drawZRLE draws tiles of 64x64 pixels, compressed as one stream over all rectangles. To pass
// over them is the same as for Zlib.
func drawZRLE(r *wire.Reader, q wire.Rectangle, fb *Framebuffer) {
	z := fb.stream(streamZRLE)
	z.open(r, wire.ZlibLength(r, q, fb.format))
	tiles(q.Area(), zrleSide, func(tile image.Rectangle) bool {
		zrleTile(r, z, tile, fb)
		return r.Err() == nil
	})
	z.close()
}

func zrleTile(r *wire.Reader, z *inflater, tile image.Rectangle, fb *Framebuffer) {
	switch kind := int(z.u8()); {
	case r.Err() != nil:
	case kind == zrleRaw:
		fb.rows(r, tile, &fb.compact, z.full)
	case kind == zrleSolid:
		fb.fill(tile, fb.compact.get(z.take(fb.compact.size)))
	case kind <= zrlePacked:
		palette := fb.palette(kind, &fb.compact, z.take)
		packedRows(r, tile, fb, palette, indexBits(kind), z.take)
	case kind == zrleRuns:
		zrleDrawRuns(r, z, tile, fb)
	case kind > zrlePaletted:
		zrleDrawPalettedRuns(r, z, tile, fb, fb.palette(kind-zrleRuns, &fb.compact, z.take))
	default:
		r.Failf("ZRLE tile of kind %d", kind)
	}
}

// indexBits returns how many bits an index into so many colours has in ZRLE.
func indexBits(colours int) int {
	switch {
	case colours <= 2:
		return 1
	case colours <= 4:
		return 2
	}
	return 4
}

// packedRows draws rows of indexes into a palette of 1, 2, 4 or (in Tight) 8 bits each.
func packedRows(r *wire.Reader, area image.Rectangle, fb *Framebuffer, palette []colour, bits int, take func(int) []byte) {
	mask := byte(1<<bits - 1)
	for y := area.Min.Y; y < area.Max.Y && r.Err() == nil; y++ {
		packed := take((area.Dx()*bits + 7) / 8)
		row := Row(fb.picture, area, y)
		shift := 8
		for ; len(row) >= 4; row = row[4:] {
			shift -= bits
			index := int(packed[0] >> shift & mask)
			if index >= len(palette) {
				r.Breach("colour %d of %d", index, len(palette))
				return
			}
			binary.LittleEndian.PutUint32(row, palette[index])
			if shift == 0 {
				packed, shift = packed[1:], 8
			}
		}
	}
}

func zrleDrawRuns(r *wire.Reader, z *inflater, tile image.Rectangle, fb *Framebuffer) {
	out := cursorOf(tile)
	for out.left > 0 && r.Err() == nil {
		c := fb.compact.get(z.take(fb.compact.size))
		out.run(r, fb, c, zrleLength(r, z, out.left))
	}
}

func zrleDrawPalettedRuns(r *wire.Reader, z *inflater, tile image.Rectangle, fb *Framebuffer, palette []colour) {
	out := cursorOf(tile)
	for out.left > 0 && r.Err() == nil {
		index, length := int(z.u8()), 1
		if index >= zrleSingle {
			index -= zrleSingle
			length = zrleLength(r, z, out.left)
		}
		if index >= len(palette) {
			r.Breach("colour %d of %d", index, len(palette))
			return
		}
		out.run(r, fb, palette[index], length)
	}
}

// zrleLength reads the length of a run, which must not be more than most.
func zrleLength(r *wire.Reader, z *inflater, most int) int {
	length := 1
	for {
		b := z.u8()
		if length += int(b); b != 255 || length > most {
			break
		}
	}
	if r.Err() == nil && length > most {
		r.Breach("run of %d pixels where %d are left", length, most)
	}
	return min(length, most)
}

// runs is where in a tile the next run begins.
type runs struct {
	tile image.Rectangle
	x, y int
	left int // pixels
}

func cursorOf(tile image.Rectangle) runs {
	return runs{tile, tile.Min.X, tile.Min.Y, tile.Dx() * tile.Dy()}
}

// run draws pixels of one colour, from one row to the next.
func (o *runs) run(r *wire.Reader, fb *Framebuffer, c colour, length int) {
	if r.Err() != nil {
		return
	}
	o.left -= length
	for length > 0 {
		n := min(length, o.tile.Max.X-o.x)
		row := fb.picture.Pix[fb.picture.PixOffset(o.x, o.y):][:4*n]
		for ; len(row) >= 4; row = row[4:] {
			binary.LittleEndian.PutUint32(row, c)
		}
		length -= n
		if o.x += n; o.x == o.tile.Max.X {
			o.x, o.y = o.tile.Min.X, o.y+1
		}
	}
}
