package screen

import (
	"image"
	"slices"

	"vmstudy/rfb/jpeg"
	"vmstudy/rfb/wire"
)

// Encoder turns parts of a screen into rectangles, in the format and the encodings that one
// viewer has asked for. Its streams go on from rectangle to rectangle, so all of its
// rectangles must reach the viewer, in order. It is not safe for concurrent use.
type Encoder struct {
	format                wire.PixelFormat
	pixel, compact, tight layout
	wants                 map[wire.Encoding]bool
	encoding              wire.Encoding // of pixels: the first that the viewer named and we write

	quality int // of JPEG, 0 to 9; -1 where the viewer wants none
	level   int // the viewer's wish for compression, 0 to 9

	streams [streamCount]*deflater
	plain   []byte // what is to be compressed
	colours census
	picture jpeg.Encoder
	density float64           // of the latest pictures: bytes for each pixel
	exact   bool              // nothing may be lost, whatever the viewer wishes
	lost    []image.Rectangle // areas that were encoded with loss

	// InMotion, unless nil, reports whether an area of at most a tile has changed shortly before, too.
	InMotion func(image.Rectangle) bool

	cut            []part // of the area that parts was called for last
	tile, together census // of a tile, and of the part that it may belong to
}

// Writes are the encodings of pixels that an [Encoder] writes.
var Writes = []wire.Encoding{wire.Raw, wire.Hextile, wire.Zlib, wire.ZRLE, wire.Tight}

// NewEncoder returns an Encoder for a viewer that has not asked for anything yet, and so gets
// Raw in the server's own format. To a viewer that names a quality, pictures are
// sent as JPEG.
func NewEncoder(f wire.PixelFormat) *Encoder {
	e := &Encoder{quality: -1, density: 0.15, level: defaultLevel, wants: map[wire.Encoding]bool{}}
	e.SetFormat(f)
	return e
}

// SetFormat obeys a viewer's SetPixelFormat. A format without true colour is served with the
// colours of [ColourMap], which the viewer must be sent.
func (e *Encoder) SetFormat(f wire.PixelFormat) {
	if !f.TrueColour {
		f.RedMax, f.GreenMax, f.BlueMax = 7, 7, 3
		f.RedShift, f.GreenShift, f.BlueShift = 0, 3, 6
	}
	e.format = f
	e.pixel = layoutOf(f, nil)
	e.compact, e.tight = e.pixel.compact(f), e.pixel.tight(f)
}

// ColourMap returns the colours for a viewer whose format has no true colour.
func ColourMap() wire.SetColourMapEntries {
	m := wire.SetColourMapEntries{Colours: make([]wire.Colour, 256)}
	for i := range m.Colours {
		spread := func(n, most int) uint16 { return uint16(n * 0xffff / most) }
		m.Colours[i] = wire.Colour{R: spread(i&7, 7), G: spread(i>>3&7, 7), B: spread(i>>6&3, 3)}
	}
	return m
}

// defaultLevel is how hard zlib tries for a viewer that does not say. The time of compression is part of every answer.
const defaultLevel = 1

// zlibLevels are the levels of zlib for the viewer's wishes from 0 to 9: of pixels, and of indexes into palettes, which are
// fewer bytes and so may take longer for each.
var zlibLevels = [2][10]int{
	{1, 1, 2, 2, 3, 4, 5, 6, 7, 9},
	{1, 3, 5, 5, 6, 6, 7, 8, 9, 9},
}

// compression0 is the wish for the least compression; that for the most is 9 more.
const compression0 wire.Encoding = -256

// SetEncodings takes over what a viewer wishes. If allowed is not nil, wishes that are not in it are ignored. The Encoder
// uses Raw if no wish for another encoding is left.
func (e *Encoder) SetEncodings(m wire.SetEncodings, allowed []wire.Encoding) {
	clear(e.wants)
	e.encoding, e.quality = wire.Raw, -1
	chosen := false
	for _, wish := range m {
		e.wants[wish] = true
		switch n := wish - compression0; {
		case n >= 0 && n <= 9:
			e.level = int(n)
		case wish >= wire.Quality(0) && wish <= wire.Quality(9):
			e.quality = int(wish - wire.Quality(0))
		}
		if !chosen && slices.Contains(Writes, wish) && (allowed == nil || slices.Contains(allowed, wish)) {
			e.encoding, chosen = wish, true
		}
	}
}

// Wants tells whether the viewer has named an encoding.
func (e *Encoder) Wants(w wire.Encoding) bool { return e.wants[w] }

// tightSide and tightPixels are the limits of a Tight rectangle that old viewers rely on: its
// width and its pixels.
const (
	tightSide   = 2048
	tightPixels = 1 << 16
)

// Split calls each with the parts of an area that go into one rectangle each.
func (e *Encoder) Split(area image.Rectangle, each func(image.Rectangle)) {
	w, h := area.Dx(), area.Dy()
	if e.encoding == wire.Tight && w > 0 {
		w = min(w, tightSide)
		h = min(h, tightPixels/w)
	}
	if w == 0 || h == 0 {
		return
	}
	for y := area.Min.Y; y < area.Max.Y; y += h {
		for x := area.Min.X; x < area.Max.X; x += w {
			each(image.Rect(x, y, x+w, y+h).Intersect(area))
		}
	}
}

// Append adds one rectangle with the pixels of an area to b, which must be as small as Split
// makes it.
func (e *Encoder) Append(b []byte, src *image.RGBA, area image.Rectangle) []byte {
	b = wire.RectangleOf(area, e.encoding).Append(b)
	switch e.encoding {
	case wire.Hextile:
		return e.appendHextile(b, src, area)
	case wire.Zlib:
		return e.appendZlib(b, src, area)
	case wire.ZRLE:
		return e.appendZRLE(b, src, area)
	case wire.Tight:
		return e.appendTight(b, src, area)
	}
	return e.appendRaw(b, src, area)
}

// stream returns one of the connection's zlib streams.
func (e *Encoder) stream(i int) *deflater {
	if e.streams[i] == nil {
		of := 0
		if i == streamTight+tightStreamMono || i == streamTight+tightStreamPalette {
			of = 1
		}
		e.streams[i] = &deflater{level: zlibLevels[of][e.level]}
	}
	return e.streams[i]
}

// Exact makes what follows exact, whatever quality the viewer wishes for, until it is called with false.
func (e *Encoder) Exact(exact bool) { e.exact = exact }

// TakeLost returns the areas that were encoded with loss since its last call. The slice is valid until more is encoded.
func (e *Encoder) TakeLost() []image.Rectangle {
	lost := e.lost
	e.lost = e.lost[:0]
	return lost
}

// Free reports whether the number of rectangles for an area need not be known before they are encoded: the viewer
// understands LastRect, and gets Tight. Then AppendParts is better than Split and Append.
func (e *Encoder) Free() bool { return e.encoding == wire.Tight && e.wants[wire.LastRect] }

// AppendParts adds rectangles with the pixels of an area to b: as many as show it best. See Free.
func (e *Encoder) AppendParts(b []byte, src *image.RGBA, area image.Rectangle) []byte {
	for _, p := range e.parts(src, area) {
		if p.Empty() {
			continue
		}
		b = wire.RectangleOf(p.Rectangle, wire.Tight).Append(b)
		if p.picture && e.lossyAt(p.Rectangle) {
			b = e.tightPicture(b, src, p.Rectangle)
		} else {
			b = e.appendTight(b, src, p.Rectangle)
		}
	}
	return b
}
