package wire

import (
	"encoding/binary"
)

// PixelFormat says how a colour is laid out in bytes. RFC 6143, section 7.4.
type PixelFormat struct {
	BitsPerPixel, Depth             uint8
	BigEndian, TrueColour           bool
	RedMax, GreenMax, BlueMax       uint16
	RedShift, GreenShift, BlueShift uint8
}

// RGBX is the format whose bytes are red, green, blue and one without meaning. It is
// what noVNC asks for, and the order of bytes in an image.RGBA.
var RGBX = PixelFormat{
	BitsPerPixel: 32, Depth: 24, TrueColour: true,
	RedMax: 255, GreenMax: 255, BlueMax: 255,
	RedShift: 0, GreenShift: 8, BlueShift: 16,
}

// readPixelFormat reads the 16 bytes of a PIXEL_FORMAT.
func readPixelFormat(r *Reader) PixelFormat {
	b := r.Take(16)
	f := PixelFormat{
		BitsPerPixel: b[0], Depth: b[1], BigEndian: b[2] != 0, TrueColour: b[3] != 0,
		RedMax:   binary.BigEndian.Uint16(b[4:]),
		GreenMax: binary.BigEndian.Uint16(b[6:]),
		BlueMax:  binary.BigEndian.Uint16(b[8:]),
		RedShift: b[10], GreenShift: b[11], BlueShift: b[12],
	}
	if bits := f.BitsPerPixel; r.Err() == nil && bits != 8 && bits != 16 && bits != 32 {
		r.Failf("pixel format of %d bits, want 8, 16 or 32", bits)
	}
	return f
}

// Append adds the format's 16 bytes to b.
func (f PixelFormat) Append(b []byte) []byte {
	b = append(b, f.BitsPerPixel, f.Depth, bit(f.BigEndian), bit(f.TrueColour))
	b = binary.BigEndian.AppendUint16(b, f.RedMax)
	b = binary.BigEndian.AppendUint16(b, f.GreenMax)
	b = binary.BigEndian.AppendUint16(b, f.BlueMax)
	return append(b, f.RedShift, f.GreenShift, f.BlueShift, 0, 0, 0)
}

// PixelSize returns the bytes of one pixel: 1, 2 or 4.
func (f PixelFormat) PixelSize() int { return int(f.BitsPerPixel) / 8 }

// TightPixelSize returns the bytes of one pixel within the Tight encoding, which leaves out the
// fourth byte if it has no meaning. rfbproto asks for a depth of 24 as well. QEMU looks
// at the three maxima only, and so do we: that is the same for everybody who tells the true depth.
func (f PixelFormat) TightPixelSize() int {
	if f.BitsPerPixel == 32 && f.RedMax == 255 && f.GreenMax == 255 && f.BlueMax == 255 {
		return 3
	}
	return f.PixelSize()
}

// SameLengths reports whether every rectangle has the same length in f as in g.
func (f PixelFormat) SameLengths(g PixelFormat) bool {
	return f.PixelSize() == g.PixelSize() && f.TightPixelSize() == g.TightPixelSize()
}

// bit is the protocol's boolean.
func bit(b bool) uint8 {
	if b {
		return 1
	}
	return 0
}
