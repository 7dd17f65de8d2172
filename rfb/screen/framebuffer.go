package screen

import (
	"encoding/binary"
	"image"
	"image/draw"

	"vmstudy/rfb/h264"
	"vmstudy/rfb/wire"
)

// Framebuffer is a screen as a viewer has it: rectangles of every encoding are drawn on it,
// pixel for pixel as the server means them. It is not safe for concurrent use. It must be closed if there may be
// rectangles of H.264.
type Framebuffer struct {
	picture *image.RGBA
	format  wire.PixelFormat
	colours []colour // the colour map, for formats without true colour

	pixel, compact, tight layout // of a pixel in most encodings, in ZRLE, in Tight

	streams [streamCount]*inflater
	films   map[image.Rectangle]*h264.Decoder // streams of H.264, by where they are
	buffer  []byte                            // one row of pixels, or a compressed picture
	indexes [256]colour
}

// The zlib streams of a connection.
const (
	streamZlib = iota
	streamZRLE
	streamTight // and the three after it
	streamCount = streamTight + 4
)

// NewFramebuffer returns a black screen of the size that a server has announced, in pixels,
// for rectangles in the given format.
func NewFramebuffer(size image.Point, f wire.PixelFormat) *Framebuffer {
	fb := &Framebuffer{}
	fb.resize(size)
	fb.SetFormat(f)
	return fb
}

// SetFormat tells the format of the rectangles to come.
func (fb *Framebuffer) SetFormat(f wire.PixelFormat) {
	fb.format = f
	fb.pixel = layoutOf(f, fb.colours)
	fb.compact, fb.tight = fb.pixel.compact(f), fb.pixel.tight(f)
}

// SetColours takes in a part of the colour map, which decides what pixels in a format without
// true colour look like from now on.
func (fb *Framebuffer) SetColours(m wire.SetColourMapEntries) {
	need := int(m.First) + len(m.Colours)
	for len(fb.colours) < need {
		fb.colours = append(fb.colours, opaque)
	}
	for i, c := range m.Colours {
		fb.colours[int(m.First)+i] = pack(uint8(c.R>>8), uint8(c.G>>8), uint8(c.B>>8))
	}
	if !fb.format.TrueColour {
		fb.SetFormat(fb.format)
	}
}

// Picture returns the screen itself, not a copy: the next update changes it, and a change of
// its size leaves it behind.
func (fb *Framebuffer) Picture() *image.RGBA { return fb.picture }

// Size returns the width and height of the screen, in pixels.
func (fb *Framebuffer) Size() image.Point { return fb.picture.Rect.Size() }

func (fb *Framebuffer) resize(size image.Point) {
	now := image.NewRGBA(image.Rectangle{Max: size})
	draw.Draw(now, now.Rect, image.Black, image.Point{}, draw.Src)
	if fb.picture != nil {
		draw.Draw(now, now.Rect.Intersect(fb.picture.Rect), fb.picture, image.Point{}, draw.Src)
	}
	fb.picture = now
}

// Drawn is what one FramebufferUpdate did.
type Drawn struct {
	Rects   int             // rectangles of pixels
	Area    image.Rectangle // smallest rectangle around them; empty where Rects is 0
	Resized bool            // the screen has another size than before
}

// Update reads a FramebufferUpdate after its type byte and draws it. After an error the
// screen is what was drawn until then, and the connection is of no more use.
func (fb *Framebuffer) Update(r *wire.Reader) (Drawn, error) {
	before := fb.Size()
	var d Drawn
	left := wire.NewBudget(before)
	wire.EachRectangle(r, func(q wire.Rectangle) {
		left.Spend(r, q)
		if q.Encoding.Draws() {
			d.Rects++
			d.Area = d.Area.Union(q.Area())
		}
		fb.rectangle(r, q)
		if now := fb.Size(); now != before {
			d.Resized, before = true, now
			left.Resize(r, now)
		}
	})
	return d, r.Err()
}

// rectangle reads what follows the header q and draws it.
func (fb *Framebuffer) rectangle(r *wire.Reader, q wire.Rectangle) {
	draw := drawers[q.Encoding]
	switch {
	case r.Err() != nil:
	case draw == nil:
		fb.accept(r, q)
	case q.Pixels() == 0: // may lie anywhere
		draw(r, wire.Rectangle{Encoding: q.Encoding}, fb)
	default:
		if wire.CheckInside(r, q, fb.Size()); r.Err() == nil {
			draw(r, q, fb)
		}
	}
}

// accept takes in a rectangle that has no pixels, or refuses one in an unknown encoding.
func (fb *Framebuffer) accept(r *wire.Reader, q wire.Rectangle) {
	wire.SkipPayload(r, q, fb.format)
	size := wire.Resized(fb.Size(), q)
	if wire.CheckSize(r, size.X, size.Y); r.Err() == nil && size != fb.Size() {
		fb.resize(size)
	}
}

// stream returns one of the connection's zlib streams.
func (fb *Framebuffer) stream(i int) *inflater {
	if fb.streams[i] == nil {
		fb.streams[i] = &inflater{}
	}
	return fb.streams[i]
}

// scratch returns n bytes to use until the next call.
func (fb *Framebuffer) scratch(n int) []byte {
	if n > cap(fb.buffer) {
		fb.buffer = make([]byte, n)
	}
	return fb.buffer[:n]
}

// Row returns the bytes of a picture's row y within an area.
func Row(m *image.RGBA, area image.Rectangle, y int) []byte {
	at := m.PixOffset(area.Min.X, y)
	return m.Pix[at : at+4*area.Dx() : at+4*area.Dx()]
}

// rows draws an area from pixels that come row by row, without gaps, through full.
func (fb *Framebuffer) rows(r *wire.Reader, area image.Rectangle, l *layout, full func([]byte)) {
	for y := area.Min.Y; y < area.Max.Y && r.Err() == nil; y++ {
		row := Row(fb.picture, area, y)
		if l.same {
			full(row)
			veil(row)
			continue
		}
		src := fb.scratch(l.size * area.Dx())
		full(src)
		l.row(row, src)
	}
}

// fill draws an area of one colour, which must lie on the screen.
func (fb *Framebuffer) fill(area image.Rectangle, c colour) {
	if area.Empty() {
		return
	}
	first := Row(fb.picture, area, area.Min.Y)
	for i := 0; i < len(first); i += 4 {
		binary.LittleEndian.PutUint32(first[i:], c)
	}
	for y := area.Min.Y + 1; y < area.Max.Y; y++ {
		copy(Row(fb.picture, area, y), first)
	}
}

// readPixel reads one pixel of the encodings that use whole ones.
func (fb *Framebuffer) readPixel(r *wire.Reader) colour { return fb.pixel.get(r.Take(fb.pixel.size)) }

// palette reads so many colours; they are valid until the next call.
func (fb *Framebuffer) palette(count int, l *layout, take func(int) []byte) []colour {
	b := take(count * l.size)
	for i := range count {
		fb.indexes[i] = l.get(b[i*l.size:])
	}
	return fb.indexes[:count]
}
