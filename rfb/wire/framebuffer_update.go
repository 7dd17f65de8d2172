package wire

import (
	"encoding/binary"
	"image"
)

// AppendUpdate adds the head of a FramebufferUpdate with the given number of rectangles to
// b. RFC 6143, section 7.6.1.
func AppendUpdate(b []byte, rectangles uint16) []byte {
	return binary.BigEndian.AppendUint16(append(b, TypeFramebufferUpdate, 0), rectangles)
}

// EachRectangle reads a FramebufferUpdate after its type byte and calls take with the header
// of each rectangle; take reads what follows that header. It stops early after a rectangle
// of encoding [LastRect], which take does not see.
func EachRectangle(r *Reader, take func(Rectangle)) {
	r.Skip(1)
	for left := r.U16(); left > 0 && r.Err() == nil; left-- {
		q := readRectangle(r)
		if r.Err() != nil || q.Encoding == LastRect {
			return
		}
		take(q)
	}
}

// Resized returns the size of the screen after the rectangle q, if it was size before.
// An ExtendedDesktopSize that answers this client's own wish (x is 1) with an error (y)
// changes nothing. rfbproto, "ExtendedDesktopSize Pseudo-encoding".
func Resized(size image.Point, q Rectangle) image.Point {
	switch {
	case q.Encoding == DesktopSize, q.Encoding == ExtendedDesktopSize && (q.X != 1 || q.Y == 0):
		return image.Pt(int(q.W), int(q.H))
	}
	return size
}

// CheckInside makes r fail if a rectangle of pixels lies outside of the screen. No server sends that: it is the
// first sign that the reader has lost its place.
func CheckInside(r *Reader, q Rectangle, size image.Point) {
	if r.Err() == nil && !q.Area().In(image.Rectangle{Max: size}) {
		r.Failf("rectangle %v in encoding %v outside of a screen of %v", q.Area(), q.Encoding, size)
	}
}
