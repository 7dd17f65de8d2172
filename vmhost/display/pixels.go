package display

import (
	"encoding/binary"
	"fmt"
	"image"
	"math/bits"

	"vmstudy/rfb/wire"
)

// Pixels are the pixels of a rectangle as QEMU sends them.
type Pixels struct {
	W, H   int
	Stride int    // bytes from one row to the next
	Format uint32 // pixman's code of the pixel format
	Data   []byte
}

// Bits 16 to 23 of pixman's code are the order of the colours in a pixel of 32 bits, from the highest byte
// down. pixman.h, PIXMAN_TYPE_xxx.
const (
	orderARGB = 2
	orderABGR = 3
	orderBGRA = 8
	orderRGBA = 9
)

// order returns the order of colours in p, or an error if the fields of p contradict each other or exceed a limit.
func (p Pixels) order() (uint32, error) {
	order := p.Format >> 16 & 0xff
	switch {
	case p.Format>>24 != 32 || p.Format&0xfff != 0x888,
		order != orderARGB && order != orderABGR && order != orderBGRA && order != orderRGBA:
		return 0, fmt.Errorf("pixels in pixman's format %#x, which QEMU was not expected to send", p.Format)
	case p.W < 0 || p.H < 0 || p.W > wire.MaxSide || p.H > wire.MaxSide || p.W*p.H > wire.MaxScreen:
		return 0, &wire.Breach{Say: fmt.Sprintf("%dx%d pixels, which no screen has", p.W, p.H)}
	case p.Stride < 4*p.W || p.H > 0 && len(p.Data) < p.Stride*(p.H-1)+4*p.W:
		return 0, fmt.Errorf("%d bytes in rows of %d for %dx%d pixels", len(p.Data), p.Stride, p.W, p.H)
	}
	return order, nil
}

// area returns the rectangle of p on a screen if its upper left corner is at at.
func (p Pixels) area(at image.Point) image.Rectangle {
	return image.Rectangle{Max: image.Pt(p.W, p.H)}.Add(at)
}

// paint draws p onto screen with its upper left corner at at. order is the result of p.order. Parts outside of
// the screen are left out.
func (p Pixels) paint(screen *image.RGBA, at image.Point, order uint32) {
	area := p.area(at).Intersect(screen.Rect)
	for y := area.Min.Y; y < area.Max.Y; y++ {
		from := p.Data[(y-at.Y)*p.Stride+4*(area.Min.X-at.X):][:4*area.Dx()]
		toRGBA(screen.Pix[screen.PixOffset(area.Min.X, y):], from, order)
	}
}

// toRGBA converts one row of pixels to the format of image.RGBA.
func toRGBA(to, from []byte, order uint32) {
	const opaque = 0xff << 24
	to = to[:len(from)]
	for i := 0; i+4 <= len(from); i += 4 {
		v := binary.LittleEndian.Uint32(from[i:])
		switch order {
		case orderARGB:
			v = bits.ReverseBytes32(v) >> 8
		case orderBGRA:
			v >>= 8
		case orderRGBA:
			v = bits.ReverseBytes32(v)
		}
		binary.LittleEndian.PutUint32(to[i:], v|opaque)
	}
}
