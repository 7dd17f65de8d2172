package wiretest

import (
	"bytes"

	"vmstudy/rfb/wire"
)

// HostileMachines is what a guest in bad faith sends after the handshake, each for a limit of its own.
func HostileMachines() map[string][]byte {
	storm := func(e wire.Encoding, after ...byte) (b []byte) {
		for i := range wire.MaxResizes + 1 {
			b = append(b, Update(Rect(0, 0, uint16(300+i), 200, e, after))...)
		}
		return b
	}
	inOne := wire.AppendUpdate(nil, 0xffff)
	for i := range wire.MaxResizes + 1 {
		inOne = append(inOne, Rect(0, 0, uint16(300+i), 200, wire.DesktopSize)...)
	}
	return map[string][]byte{
		"an absurd size":                   Update(Rect(0, 0, 65535, 65535, wire.DesktopSize)),
		"an absurd size, extended":         Update(Rect(0, 0, 30000, 100, wire.ExtendedDesktopSize, Raw(0, 0, 0, 0))),
		"an absurd pointer":                Update(Rect(0, 0, 65535, 65535, wire.Cursor)),
		"an absurd pointer with alpha":     Update(Rect(0, 0, 65535, 65535, wire.AlphaCursor, BE32(0))),
		"an absurd pointer of two colours": Update(Rect(0, 0, 65535, 65535, wire.XCursor)),
		"a name that lies":                 Update(Rect(0, 0, 0, 0, wire.DesktopName, BE32(0xffffffff))),
		"compressed data that lies":        Update(Rect(0, 0, 10, 10, wire.ZRLE, BE32(0xffffffff))),
		"subrectangles that lie":           Update(Rect(0, 0, 10, 10, wire.RRE, BE32(0xffffffff))),
		"cut text that lies":               Raw(3, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff),
		"extended cut text that lies":      Raw(3, 0, 0, 0, 0x80, 0, 0, 0),
		"colours beyond their map":         Raw(1, 0, 0xff, 0xff, 0, 2),
		"endless rectangles":               append(wire.AppendUpdate(nil, 0xffff), bytes.Repeat(Rect(0, 0, 320, 200, wire.CopyRect, Zeros(4)), wire.MaxRepeats+1)...),
		"endless pointers":                 append(wire.AppendUpdate(nil, 0xffff), bytes.Repeat(Rect(0, 0, 1000, 1000, wire.AlphaCursor, BE32(0), Zeros(4e6)), 2)...),
		"a storm of sizes":                 storm(wire.DesktopSize),
		"a storm of extended sizes":        storm(wire.ExtendedDesktopSize, 0, 0, 0, 0),
		"a storm of sizes in one update":   inOne,
	}
}
