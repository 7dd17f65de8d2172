package server

import (
	"image"
	"math/bits"
)

// damage is where a screen has changed, by tiles.
type damage struct {
	size  image.Point
	wide  int      // words a row of tiles
	tiles []uint64 // a bit each
	whole []uint64 // of those, the ones to be sent even if nothing in them has changed
	any   bool
}

// damageSide is the width and height of a tile, in pixels: the same as in ZRLE.
const damageSide = 64

func newDamage(size image.Point) damage {
	across, down := (size.X+damageSide-1)/damageSide, (size.Y+damageSide-1)/damageSide
	wide := (across + 63) / 64
	return damage{size: size, wide: wide, tiles: make([]uint64, wide*down), whole: make([]uint64, wide*down)}
}

// add notes that an area has changed.
func (d *damage) add(area image.Rectangle) { d.mark(area, d.tiles) }

// renew notes that the viewer must get an area, changed or not.
func (d *damage) renew(area image.Rectangle) {
	d.mark(area, d.tiles)
	d.mark(area, d.whole)
}

func (d *damage) mark(area image.Rectangle, tiles []uint64) {
	area = area.Intersect(image.Rectangle{Max: d.size})
	if area.Empty() {
		return
	}
	d.any = true
	for y := area.Min.Y / damageSide; y <= (area.Max.Y-1)/damageSide; y++ {
		for x := area.Min.X / damageSide; x <= (area.Max.X-1)/damageSide; x++ {
			tiles[y*d.wide+x/64] |= 1 << (x % 64)
		}
	}
}

// take calls each with every changed tile that overlaps the area, row by row, and forgets
// it. whole says that the viewer must get the tile, changed or not.
func (d *damage) take(area image.Rectangle, each func(tile image.Rectangle, whole bool)) {
	left := false
	d.each(func(tile image.Rectangle, word int, bit uint64) {
		if !tile.Overlaps(area) {
			left = true
			return
		}
		each(tile, d.whole[word]&bit != 0)
		d.tiles[word] &^= bit
		d.whole[word] &^= bit
	})
	d.any = left
}

// each calls do with every changed tile, row by row, and where its bit is.
func (d *damage) each(do func(tile image.Rectangle, word int, bit uint64)) {
	screen := image.Rectangle{Max: d.size}
	for i, word := range d.tiles {
		for w := word; w != 0; w &= w - 1 {
			x := i%d.wide*64 + bits.TrailingZeros64(w)
			corner := image.Pt(x*damageSide, i/d.wide*damageSide)
			do(image.Rectangle{corner, corner.Add(image.Pt(damageSide, damageSide))}.Intersect(screen), i, w&-w)
		}
	}
}

// joined returns rectangles that cover the same pixels as the tiles, which come row by row. It joins
// neighbours in a row, and then rows that are alike.
func joined(tiles []image.Rectangle) []image.Rectangle {
	var rows []image.Rectangle
	for _, t := range tiles {
		if n := len(rows) - 1; n >= 0 && rows[n].Max.X == t.Min.X && rows[n].Min.Y == t.Min.Y && rows[n].Max.Y == t.Max.Y {
			rows[n].Max.X = t.Max.X
			continue
		}
		rows = append(rows, t)
	}
	var out []image.Rectangle
next:
	for _, r := range rows {
		for i := range out {
			if o := &out[i]; o.Max.Y == r.Min.Y && o.Min.X == r.Min.X && o.Max.X == r.Max.X {
				o.Max.Y = r.Max.Y
				continue next
			}
		}
		out = append(out, r)
	}
	return out
}
