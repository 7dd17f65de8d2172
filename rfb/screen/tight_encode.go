package screen

import (
	"image"

	"vmstudy/rfb/jpeg"
	"vmstudy/rfb/wire"
)

// The zlib stream of each kind of data. Data compress better behind data of their own kind.
const (
	tightStreamFull = iota
	tightStreamMono
	tightStreamPalette
)

// tightJPEGPixels is the fewest pixels for which JPEG is worth its header.
const tightJPEGPixels = 1024

// appendTight adds an area's pixels to b: one colour, two, a palette, or all of them.
// rfbproto, "Tight Encoding".
func (e *Encoder) appendTight(b []byte, src *image.RGBA, area image.Rectangle) []byte {
	c := &e.colours
	c.take(src, area, paletteMost)
	switch {
	case c.many:
		return e.tightFull(b, src, area)
	case len(c.colours) == 1:
		return e.tight.put(append(b, wire.TightKindFill<<4), c.colours[0])
	case len(c.colours) == 2:
		return e.tightPaletted(b, src, area, tightStreamMono, 1)
	}
	return e.tightPaletted(b, src, area, tightStreamPalette, 8)
}

func (e *Encoder) tightFull(b []byte, src *image.RGBA, area image.Rectangle) []byte {
	if e.lossyAt(area) {
		return e.tightPicture(b, src, area)
	}
	e.plain = e.plain[:0]
	for y := area.Min.Y; y < area.Max.Y; y++ {
		e.plain = e.tight.putRow(e.plain, Row(src, area, y))
	}
	return e.tightData(append(b, tightStreamFull<<4), tightStreamFull)
}

// lossyAt reports whether an area of a picture is sent as JPEG: the viewer names a quality and has three bytes for a pixel, and the
// area is large enough.
func (e *Encoder) lossyAt(area image.Rectangle) bool {
	return e.quality >= 0 && !e.exact && e.tight.size == 3 && area.Dx()*area.Dy() >= tightJPEGPixels
}

func (e *Encoder) tightPaletted(b []byte, src *image.RGBA, area image.Rectangle, stream, bits int) []byte {
	c := &e.colours
	b = append(b, byte(stream|wire.TightFiltered)<<4, wire.TightFilterPalette, byte(len(c.colours)-1))
	for _, p := range c.colours {
		b = e.tight.put(b, p)
	}
	e.plain = e.plain[:0]
	for y := area.Min.Y; y < area.Max.Y; y++ {
		e.plain = c.indexRow(e.plain, Row(src, area, y), bits)
	}
	return e.tightData(b, stream)
}

// tightData adds e.plain to b, compressed unless it is very short.
func (e *Encoder) tightData(b []byte, stream int) []byte {
	if len(e.plain) < wire.TightPlain {
		return append(b, e.plain...)
	}
	return appendTightLong(b, e.stream(streamTight+stream).deflate(e.plain))
}

// appendTightLong adds the length of data in Tight's form, and data, to b.
func appendTightLong(b, data []byte) []byte {
	n := len(data)
	for i := 0; i < 2 && n >= 0x80; i++ {
		b = append(b, byte(n)|0x80)
		n >>= 7
	}
	return append(append(b, byte(n)), data...)
}

// qualities say what a viewer's wishes from 0 to 9 mean. They are TigerVNC's (TightJPEGEncoder.cxx), so that a level means the same
// with both.
var qualities = [10]jpeg.Options{
	{Quality: 15, Chroma: jpeg.Quarter},
	{Quality: 29, Chroma: jpeg.Quarter},
	{Quality: 41, Chroma: jpeg.Quarter},
	{Quality: 42, Chroma: jpeg.Half},
	{Quality: 62, Chroma: jpeg.Half},
	{Quality: 77, Chroma: jpeg.Half},
	{Quality: 79},
	{Quality: 86},
	{Quality: 92},
	{Quality: 100},
}

func (e *Encoder) tightPicture(b []byte, src *image.RGBA, area image.Rectangle) []byte {
	e.plain = e.picture.Append(e.plain[:0], src, area, qualities[e.quality])
	e.lost = append(e.lost, area)
	if pixels := area.Dx() * area.Dy(); pixels >= partSide*partSide {
		e.density = 0.8*e.density + 0.2*float64(len(e.plain))/float64(pixels)
	}
	return appendTightLong(append(b, wire.TightKindJPEG<<4), e.plain)
}
