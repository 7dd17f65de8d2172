package screen

import (
	"encoding/binary"
	"image"
)

// census counts the colours of a part of a screen, up to as many as a palette can have.
type census struct {
	colours []colour // in order of appearance
	many    bool     // there are more than were asked for
	runs    int      // pixels that differ from the one before
	slots   [censusSlots]uint16
	keys    [censusSlots]colour
}

// censusSlots is the size of a table of colours, four times as many as there may be.
const censusSlots = 1024

// take counts the colours of an area, at most most of them.
func (c *census) take(src *image.RGBA, area image.Rectangle, most int) {
	clear(c.slots[:])
	c.colours, c.many, c.runs = c.colours[:0], false, 0
	last := ^opaque // no pixel
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for row := Row(src, area, y); len(row) >= 4; row = row[4:] {
			p := binary.LittleEndian.Uint32(row) | opaque
			if p == last {
				continue
			}
			last = p
			c.runs++
			if !c.many && !c.add(p, most) {
				c.many = true
			}
		}
	}
}

// add notes a colour and tells whether there was room for it.
func (c *census) add(p colour, most int) bool {
	i := c.slot(p)
	if c.slots[i] != 0 {
		return true
	}
	if len(c.colours) == most {
		return false
	}
	c.colours = append(c.colours, p)
	c.slots[i], c.keys[i] = uint16(len(c.colours)), p
	return true
}

// slot returns where a colour stands, or should.
func (c *census) slot(p colour) uint32 {
	i := p * 0x9e3779b1 >> 22
	for c.slots[i] != 0 && c.keys[i] != p {
		i = (i + 1) % censusSlots
	}
	return i
}

// index returns the number of a colour that was counted.
func (c *census) index(p colour) int { return int(c.slots[c.slot(p)]) - 1 }

// indexRow adds the indexes of a row's pixels to b, with so many bits each, the first pixel in
// the highest bits; a row begins a byte.
func (c *census) indexRow(b, row []byte, bits int) []byte {
	shift, packed := 8, byte(0)
	last, index := ^opaque, 0
	for ; len(row) >= 4; row = row[4:] {
		if p := binary.LittleEndian.Uint32(row) | opaque; p != last {
			last, index = p, c.index(p)
		}
		shift -= bits
		packed |= byte(index << shift)
		if shift == 0 {
			b = append(b, packed)
			shift, packed = 8, 0
		}
	}
	if shift < 8 {
		b = append(b, packed)
	}
	return b
}
