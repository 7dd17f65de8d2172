package screen

import (
	"encoding/binary"

	"vmstudy/rfb/wire"
)

// colour is a pixel as it lies in an image.RGBA, its four bytes read as a little-endian
// number: red is lowest, and the highest byte is always 0xff, since screens are opaque.
type colour = uint32

const opaque colour = 0xff << 24

func pack(r, g, b uint8) colour { return opaque | colour(b)<<16 | colour(g)<<8 | colour(r) }

// layout says how one pixel lies on the wire. Most formats give each channel a byte of its
// own, and then only the order of bytes matters; pixels of one or two bytes are looked up.
type layout struct {
	size   int    // bytes a pixel: 1 to 4
	order  [3]int // whole bytes: where red, green and blue stand
	same   bool   // four bytes in the order red, green, blue: as in memory
	table  []colour
	format *wire.PixelFormat // the rest, where channels share bytes; nil if they do not
}

// layoutOf returns how whole pixels lie in format f. colours is the colour map where f has
// no true colour; what it does not name is black.
func layoutOf(f wire.PixelFormat, colours []colour) layout {
	l := layout{size: f.PixelSize(), format: &f}
	if l.size < 4 {
		l.table = tableOf(f, colours)
		return l
	}
	if order, whole := wholeBytes(f); whole {
		return layout{size: 4, order: order, same: order == [3]int{0, 1, 2}}
	}
	return l
}

// compact returns how pixels lie in ZRLE: of four bytes, one that has no meaning is left
// out. RFC 6143, section 7.7.5, asks for a depth of at most 24 as well; QEMU, TigerVNC and
// libvncserver look at the channels only, and so do we.
func (l layout) compact(f wire.PixelFormat) layout {
	low, high := fits(f)
	if l.size < 4 || !low && !high {
		return l
	}
	c := layout{size: 3, order: l.order, format: l.format}
	if low == f.BigEndian { // the first byte goes
		for i := range c.order {
			c.order[i]--
		}
	}
	if c.format != nil && !low {
		c.format = &wire.PixelFormat{
			BitsPerPixel: 24, BigEndian: f.BigEndian, RedMax: f.RedMax, GreenMax: f.GreenMax, BlueMax: f.BlueMax,
			RedShift: f.RedShift - 8, GreenShift: f.GreenShift - 8, BlueShift: f.BlueShift - 8,
		}
	}
	return c
}

// fits tells whether all of a pixel's channels lie in its three lower or three higher bytes.
func fits(f wire.PixelFormat) (low, high bool) {
	low, high = true, true
	for _, c := range []struct {
		most  uint16
		shift uint8
	}{{f.RedMax, f.RedShift}, {f.GreenMax, f.GreenShift}, {f.BlueMax, f.BlueShift}} {
		low = low && uint64(c.most)<<(c.shift&31) < 1<<24
		high = high && c.shift >= 8
	}
	return low, high
}

// tight returns how pixels lie in Tight: always red, green, blue where they take three
// bytes. rfbproto, "Tight Encoding", TPIXEL.
func (l layout) tight(f wire.PixelFormat) layout {
	if f.TightPixelSize() == l.size {
		return l
	}
	return layout{size: 3, order: [3]int{0, 1, 2}}
}

// wholeBytes returns where red, green and blue stand in a pixel of four bytes, if each has a
// whole byte.
func wholeBytes(f wire.PixelFormat) (order [3]int, whole bool) {
	for i, shift := range [3]uint8{f.RedShift, f.GreenShift, f.BlueShift} {
		order[i] = int(shift / 8)
		if f.BigEndian {
			order[i] = 3 - order[i]
		}
		if shift%8 != 0 || shift > 24 {
			return order, false
		}
	}
	distinct := order[0] != order[1] && order[1] != order[2] && order[0] != order[2]
	return order, distinct && f.TrueColour && f.BitsPerPixel == 32 &&
		f.RedMax == 255 && f.GreenMax == 255 && f.BlueMax == 255
}

// tableOf works out the colour of every pixel of one or two bytes, by its bytes read as a
// little-endian number.
func tableOf(f wire.PixelFormat, colours []colour) []colour {
	table := make([]colour, 1<<f.BitsPerPixel)
	for i := range table {
		value := uint32(i)
		if f.BitsPerPixel == 16 && f.BigEndian {
			value = value>>8 | value&0xff<<8
		}
		switch {
		case f.TrueColour:
			table[i] = colourOf(f, value)
		case int(value) < len(colours):
			table[i] = colours[value]
		default:
			table[i] = opaque
		}
	}
	return table
}

// colourOf spreads the channels of a pixel's value over whole bytes.
func colourOf(f wire.PixelFormat, value uint32) colour {
	channel := func(most uint16, shift uint8) uint8 {
		if most == 0 {
			return 0
		}
		return uint8((value >> (shift & 31) & uint32(most) * 255) / uint32(most))
	}
	return pack(channel(f.RedMax, f.RedShift), channel(f.GreenMax, f.GreenShift), channel(f.BlueMax, f.BlueShift))
}

// valueOf is the opposite of colourOf: the nearest that the format has.
func valueOf(f wire.PixelFormat, c colour) uint32 {
	channel := func(c colour, most uint16, shift uint8) uint32 {
		return (c&0xff*uint32(most) + 127) / 255 << (shift & 31)
	}
	return channel(c, f.RedMax, f.RedShift) | channel(c>>8, f.GreenMax, f.GreenShift) | channel(c>>16, f.BlueMax, f.BlueShift)
}

// get returns the colour of the pixel at the beginning of b.
func (l *layout) get(b []byte) colour {
	switch {
	case l.same:
		return opaque | binary.LittleEndian.Uint32(b)
	case l.format == nil:
		return pack(b[l.order[0]], b[l.order[1]], b[l.order[2]])
	case l.size == 1:
		return l.table[b[0]]
	case l.size == 2:
		return l.table[binary.LittleEndian.Uint16(b)]
	}
	return colourOf(*l.format, number(b[:l.size], l.format.BigEndian))
}

// number reads all of b as one number.
func number(b []byte, bigEndian bool) (n uint32) {
	for i := range b {
		if bigEndian {
			n = n<<8 | uint32(b[i])
		} else {
			n |= uint32(b[i]) << (8 * i)
		}
	}
	return n
}

// row turns pixels from the wire into pixels in memory, four bytes each; dst decides how
// many. It may work in place where the layout is the memory's.
func (l *layout) row(dst, src []byte) {
	switch {
	case l.same:
		copy(dst, src)
		veil(dst)
	case l.size == 3 && l.format == nil:
		r, g, b := l.order[0], l.order[1], l.order[2]
		for len(dst) >= 4 && len(src) >= 3 {
			binary.LittleEndian.PutUint32(dst, pack(src[r], src[g], src[b]))
			dst, src = dst[4:], src[3:]
		}
	default:
		for len(dst) >= 4 {
			binary.LittleEndian.PutUint32(dst, l.get(src))
			dst, src = dst[4:], src[l.size:]
		}
	}
}

// veil makes pixels in memory opaque.
func veil(row []byte) {
	for len(row) >= 8 {
		binary.LittleEndian.PutUint64(row, binary.LittleEndian.Uint64(row)|uint64(opaque)<<32|uint64(opaque))
		row = row[8:]
	}
	if len(row) >= 4 {
		row[3] = 0xff
	}
}

// put adds one pixel to b.
func (l *layout) put(b []byte, c colour) []byte {
	var p [4]byte
	if l.format == nil {
		for i, at := range l.order {
			p[at] = byte(c >> (8 * i))
		}
		return append(b, p[:l.size]...)
	}
	value := valueOf(*l.format, c)
	for i := range l.size {
		if l.format.BigEndian {
			p[l.size-1-i] = byte(value >> (8 * i))
		} else {
			p[i] = byte(value >> (8 * i))
		}
	}
	return append(b, p[:l.size]...)
}

// putRow adds a row of pixels from memory to b.
func (l *layout) putRow(b, row []byte) []byte {
	if l.same {
		return append(b, row...)
	}
	if l.size == 3 && l.order == [3]int{0, 1, 2} {
		for ; len(row) >= 4; row = row[4:] {
			b = append(b, row[0], row[1], row[2])
		}
		return b
	}
	for ; len(row) >= 4; row = row[4:] {
		b = l.put(b, binary.LittleEndian.Uint32(row))
	}
	return b
}
