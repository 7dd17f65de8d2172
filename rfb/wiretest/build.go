package wiretest

import (
	"bytes"
	"encoding/binary"

	"vmstudy/rfb/tap"
	"vmstudy/rfb/wire"
)

// Kept returns a copy of an event, which is only lent.
func Kept(e tap.Event) tap.Event {
	switch e := e.(type) {
	case *tap.Input:
		c := *e
		return &c
	case *tap.Update:
		c := *e
		return &c
	}
	return e
}

// ServerInit is of a screen of 320x200.
func ServerInit() []byte {
	return wire.ServerInit{W: 320, H: 200, Format: wire.RGBX, Name: "machine"}.Append(nil)
}

// Update returns a FramebufferUpdate of rectangles that were built with rect.
func Update(rects ...[]byte) []byte {
	return append(wire.AppendUpdate(nil, uint16(len(rects))), bytes.Join(rects, nil)...)
}

// Rect returns one rectangle with what follows its header.
func Rect(x, y, w, h uint16, e wire.Encoding, payload ...[]byte) []byte {
	return append(wire.Rectangle{X: x, Y: y, W: w, H: h, Encoding: e}.Append(nil), bytes.Join(payload, nil)...)
}

// Zeros returns n zeros.
func Zeros(n int) []byte { return make([]byte, n) }

// BE32 returns a number as the protocol writes it.
func BE32(n uint32) []byte { return binary.BigEndian.AppendUint32(nil, n) }

// Raw returns its arguments.
func Raw(b ...byte) []byte { return b }
