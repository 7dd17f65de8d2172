package screen

import "image"

// partSide is the width and height of the tiles that an area is looked at in, in pixels.
const partSide = 64

// paletteMost is how many colours Tight sends as a palette at most.
const paletteMost = 256

// A part is some of an area that is sent as one rectangle: tiles that show the same kind of thing.
type part struct {
	image.Rectangle
	picture bool // it has more colours than a palette, or no order in them
}

// parts cuts an area into parts that are best sent in one way each: text and drawings, which have few colours, apart from
// pictures. The tiles stand on a grid of the whole screen, so that a picture that moves is cut alike each time.
func (e *Encoder) parts(src *image.RGBA, area image.Rectangle) []part {
	e.cut = e.cut[:0]
	above := 0 // where the row of tiles above begins in cut
	for y := area.Min.Y; y < area.Max.Y; {
		bottom := min(y/partSide*partSide+partSide, area.Max.Y)
		row := len(e.cut)
		e.cutRow(src, image.Rect(area.Min.X, y, area.Max.X, bottom))
		e.joinRows(above, row)
		above, y = row, bottom
	}
	return e.cut
}

// cutRow adds the parts of a row of tiles to e.cut.
func (e *Encoder) cutRow(src *image.RGBA, row image.Rectangle) {
	var last part
	for x := row.Min.X; x < row.Max.X; {
		right := min(x/partSide*partSide+partSide, row.Max.X)
		p := part{Rectangle: image.Rect(x, row.Min.Y, right, row.Max.Y)}
		e.tile.take(src, p.Rectangle, paletteMost)
		p.picture = e.tile.many || e.lossyAt(p.Rectangle) && (e.restless(src, p.Rectangle) || e.moves(p.Rectangle, last))
		if !last.Empty() && e.joins(last, p) {
			last.Max.X = right
		} else {
			e.keep(last)
			last = p
			e.together.copy(&e.tile)
		}
		x = right
	}
	e.keep(last)
}

func (e *Encoder) keep(p part) {
	if !p.Empty() {
		e.cut = append(e.cut, p)
	}
}

// joins reports whether tile p, whose colours e.tile has, can be sent in one rectangle with the part before it, whose colours
// e.together has. If so, it adds the colours.
func (e *Encoder) joins(before, p part) bool {
	width := p.Max.X - before.Min.X
	if before.picture != p.picture || width > tightSide || width*p.Dy() > e.most(p) {
		return false
	}
	return p.picture || e.together.merge(&e.tile, paletteMost)
}

// joinRows joins parts of the latest row, which begins at row in e.cut, with parts of the row above, which begins at above, if
// they are as wide and are pictures, too.
func (e *Encoder) joinRows(above, row int) {
	for i := row; i < len(e.cut); i++ {
		p := &e.cut[i]
		for j := above; j < row && p.picture; j++ {
			o := e.cut[j]
			if o.picture && o.Min.X == p.Min.X && o.Max.X == p.Max.X && o.Max.Y == p.Min.Y && p.Dx()*(p.Max.Y-o.Min.Y) <= e.most(*p) {
				p.Min.Y = o.Min.Y
				e.cut[j] = part{} // it goes on in p
				break
			}
		}
	}
}

// most is how many pixels a part may have. The limit that old viewers rely on is that of their zlib streams.
func (e *Encoder) most(p part) int {
	if p.picture && e.quality >= 0 && !e.exact {
		return picturePixels
	}
	return tightPixels
}

// picturePixels is how many pixels a JPEG has at most, so that a screen is not one picture for which everything waits.
const picturePixels = 1 << 18

// moves reports whether a tile, whose colours e.tile has, is a part of a moving picture: it changes again and again, and is shorter
// as JPEG, or has one beside it that is. What is lost is not seen while it moves, and comes when it is still.
func (e *Encoder) moves(tile image.Rectangle, before part) bool {
	if e.InMotion == nil || !e.InMotion(tile) {
		return false
	}
	return before.picture || len(e.tile.colours) > drawnColours && float64(e.tile.paletted()) > e.density*float64(tile.Dx()*tile.Dy())
}

// restless reports whether a tile, whose colours e.tile has, is far shorter as a picture than as indexes into a palette, as a
// part of a dark photograph is.
func (e *Encoder) restless(src *image.RGBA, tile image.Rectangle) bool {
	paletted := e.tile.paletted()
	if len(e.tile.colours) <= drawnColours || paletted < tile.Dx()*tile.Dy()*restlessPercent/100 {
		return false
	}
	e.plain = e.picture.Append(e.plain[:0], src, tile, qualities[e.quality])
	return lossyGain*(len(e.plain)-pictureHeader) < paletted
}

// Rules for tiles of few enough colours for a palette, found by trying text, drawings and photographs: of so few colours it is
// always a drawing; text takes less than so many bytes for a hundred pixels; and a picture that loses something must be so many
// times shorter. Most of a small picture is its header, which a larger one shares.
const (
	drawnColours    = 24
	restlessPercent = 40
	lossyGain       = 2
	pictureHeader   = 250
)

// paletted returns about how many bytes the pixels take as indexes into a palette: a run of equal pixels takes zlib about one.
func (c *census) paletted() int { return 3*len(c.colours) + c.runs }

// copy makes c a census with the colours of other.
func (c *census) copy(other *census) {
	c.colours = append(c.colours[:0], other.colours...)
	c.many, c.runs, c.slots, c.keys = other.many, other.runs, other.slots, other.keys
}

// merge adds the colours of other, if there are no more than most then; else it leaves c with some of them, and
// returns false.
func (c *census) merge(other *census, most int) bool {
	if other.many {
		return false
	}
	for _, p := range other.colours {
		if !c.add(p, most) {
			return false
		}
	}
	return true
}
