package wiretest

import (
	"bytes"

	"vmstudy/rfb/wire"
)

// Sample is a rectangle as some server might send it, for a screen of 320x200 pixels in
// the format RGBX. Its bytes are put together by hand from the specification.
type Sample struct {
	Rect  []byte
	Draws bool
}

// Noise returns n bytes that no decoder should mistake for a header: if one did, it would
// find absurd values in them.
func Noise(n int) []byte { return bytes.Repeat([]byte{0xfe}, n) }

// Samples returns rectangles of every encoding, by name.
func Samples() map[string]Sample {
	return map[string]Sample{
		"raw":              {Rect(3, 4, 10, 2, wire.Raw, Noise(80)), true},
		"raw without area": {Rect(3, 4, 0, 2, wire.Raw), true},
		"copy":             {Rect(3, 4, 10, 2, wire.CopyRect, Noise(4)), true},
		"rre":              {Rect(0, 0, 9, 9, wire.RRE, BE32(2), Noise(4+2*12)), true},
		"corre":            {Rect(0, 0, 9, 9, wire.CoRRE, BE32(2), Noise(4+2*8)), true},
		"zlib":             {Rect(0, 0, 20, 20, wire.Zlib, BE32(77), Noise(77)), true},
		"zrle":             {Rect(0, 0, 20, 20, wire.ZRLE, BE32(77), Noise(77)), true},
		"hextile in 4 tiles": {Rect(0, 0, 20, 18, wire.Hextile,
			Raw(1), Noise(16*16*4), // raw
			Raw(2+4+8), Noise(8), Raw(3), Noise(3*2), // background, foreground, 3 subrectangles
			Raw(8+16), Raw(2), Noise(2*6), // 2 coloured subrectangles
			Raw(0)), true}, // as before
		"hextile raw corner": {Rect(0, 0, 20, 18, wire.Hextile, Raw(0, 0, 0, 1+2), Noise(4*2*4)), true},

		"h264":                  {Rect(0, 0, 20, 20, wire.H264, BE32(77), BE32(1), Noise(77)), true},
		"h264 that only resets": {Rect(0, 0, 20, 20, wire.H264, BE32(0), BE32(2)), true},

		"tight fill":              {Rect(0, 0, 20, 20, wire.Tight, Raw(0x80), Noise(3)), true},
		"tight jpeg":              {Rect(0, 0, 20, 20, wire.Tight, Raw(0x90, 0xd0, 0x01), Noise(0xd0)), true},
		"tight three-byte size":   {Rect(0, 0, 200, 200, wire.Tight, Raw(0x90, 0x80, 0x80, 0x01), Noise(1<<14)), true},
		"tight png":               {Rect(0, 0, 20, 20, wire.TightPNG, Raw(0xa0, 9), Noise(9)), true},
		"tight plain":             {Rect(0, 0, 3, 1, wire.Tight, Raw(0x00), Noise(9)), true},
		"tight copied":            {Rect(0, 0, 4, 1, wire.Tight, Raw(0x10, 12), Noise(12)), true},
		"tight copied by name":    {Rect(0, 0, 4, 1, wire.Tight, Raw(0x40, 0, 12), Noise(12)), true},
		"tight gradient":          {Rect(0, 0, 4, 4, wire.Tight, Raw(0x50, 2, 30), Noise(30)), true},
		"tight two colours":       {Rect(0, 0, 9, 8, wire.Tight, Raw(0x60, 1, 1), Noise(2*3), Raw(15), Noise(15)), true},
		"tight two colours small": {Rect(0, 0, 9, 5, wire.Tight, Raw(0x60, 1, 1), Noise(2*3+2*5)), true},
		"tight palette":           {Rect(0, 0, 9, 8, wire.Tight, Raw(0x60, 1, 4), Noise(5*3), Raw(15), Noise(15)), true},
		"tight palette small":     {Rect(0, 0, 11, 1, wire.Tight, Raw(0x60, 1, 4), Noise(5*3+11)), true},

		"cursor":           {Rect(1, 1, 9, 3, wire.Cursor, Noise(9*3*4+2*3)), false},
		"no cursor":        {Rect(0, 0, 0, 0, wire.Cursor), false},
		"x cursor":         {Rect(1, 1, 9, 3, wire.XCursor, Noise(6+2*2*3)), false},
		"no x cursor":      {Rect(1, 1, 0, 3, wire.XCursor), false},
		"alpha cursor":     {Rect(1, 1, 9, 3, wire.AlphaCursor, BE32(0), Noise(9*3*4)), false},
		"desktop name":     {Rect(0, 0, 0, 0, wire.DesktopName, BE32(5), Noise(5)), false},
		"led state":        {Rect(0, 0, 0, 0, wire.LEDState, Noise(1)), false},
		"extended keys":    {Rect(0, 0, 0, 0, wire.ExtendedKeyEvent), false},
		"extended buttons": {Rect(0, 0, 0, 0, wire.ExtendedMouseButtons), false},
		"pointer type":     {Rect(1, 0, 0, 0, wire.PointerTypeChange), false},
		"desktop size":     {Rect(0, 0, 320, 200, wire.DesktopSize), false},
		"two screens":      {Rect(0, 0, 320, 200, wire.ExtendedDesktopSize, Raw(2, 0, 0, 0), Noise(32)), false},
		"refused size":     {Rect(1, 3, 9999, 9999, wire.ExtendedDesktopSize, Raw(1, 0, 0, 0), Noise(16)), false},
	}
}

// OtherMessages are server messages that are no updates.
func OtherMessages() map[string][]byte {
	return map[string][]byte{
		"bell":              Raw(2),
		"colours":           append(Raw(1, 0, 0, 0, 0, 2), Noise(12)...),
		"cut text":          append(Raw(3, 0, 0, 0, 0, 0, 0, 7), Noise(7)...),
		"extended cut text": append(Raw(3, 0, 0, 0, 0xff, 0xff, 0xff, 0xf8), Noise(8)...),
		"fence":             append(Raw(248, 0, 0, 0, 0x80, 0, 0, 1, 3), Noise(3)...),
		"end of continuous": Raw(150),
		"xvp":               Raw(250, 0, 1, 1),
	}
}
