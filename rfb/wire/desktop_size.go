package wire

import (
	"image"
)

// skipScreens passes over the monitors of an ExtendedDesktopSize rectangle. The new size
// itself stands in the header, as in DesktopSize. rfbproto, "ExtendedDesktopSize
// Pseudo-encoding".
func skipScreens(r *Reader, _ Rectangle, _ PixelFormat) {
	count := int(r.U8())
	r.Skip(3 + count*screen)
}

// AppendDesktopSize adds the rectangle that tells a new size. RFC 6143, section 7.8.2.
func AppendDesktopSize(b []byte, size image.Point) []byte {
	return RectangleOf(image.Rectangle{Max: size}, DesktopSize).Append(b)
}

// Why the screen has another size, or not: the place that an ExtendedDesktopSize rectangle
// names instead of one on the screen.
const (
	ResizedByServer uint16 = iota
	ResizedByClient
	ResizedByOtherClient
)

// What became of a client's wish for another size.
const (
	ResizeDone uint16 = iota
	ResizeProhibited
	ResizeImpossible
	ResizeInvalid
)

// AppendExtendedDesktopSize adds the rectangle that tells a size, with one monitor of it, why
// it is told and what became of the wish for it.
func AppendExtendedDesktopSize(b []byte, size image.Point, why, result uint16) []byte {
	q := RectangleOf(image.Rectangle{Max: size}, ExtendedDesktopSize)
	q.X, q.Y = why, result
	b = append(q.Append(b), 1, 0, 0, 0)
	return Screen{W: q.W, H: q.H}.append(b)
}
