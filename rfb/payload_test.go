package rfb_test

import (
	"bytes"

	"vmstudy/rfb"
)

// A sample is a rectangle as some server might send it, for a screen of 320x200 pixels in
// the format RGBX. Its bytes are put together by hand from the specification.
type sample struct {
	rect  []byte
	draws bool
}

// tile returns n bytes that no decoder should mistake for a header: if one did, it would
// find absurd values in them.
func noise(n int) []byte { return bytes.Repeat([]byte{0xfe}, n) }

func samples() map[string]sample {
	return map[string]sample{
		"raw":              {rect(3, 4, 10, 2, rfb.Raw, noise(80)), true},
		"raw without area": {rect(3, 4, 0, 2, rfb.Raw), true},
		"copy":             {rect(3, 4, 10, 2, rfb.CopyRect, noise(4)), true},
		"rre":              {rect(0, 0, 9, 9, rfb.RRE, be32(2), noise(4+2*12)), true},
		"corre":            {rect(0, 0, 9, 9, rfb.CoRRE, be32(2), noise(4+2*8)), true},
		"zlib":             {rect(0, 0, 20, 20, rfb.Zlib, be32(77), noise(77)), true},
		"zrle":             {rect(0, 0, 20, 20, rfb.ZRLE, be32(77), noise(77)), true},
		"hextile in 4 tiles": {rect(0, 0, 20, 18, rfb.Hextile,
			raw(1), noise(16*16*4), // raw
			raw(2+4+8), noise(8), raw(3), noise(3*2), // background, foreground, 3 subrectangles
			raw(8+16), raw(2), noise(2*6), // 2 coloured subrectangles
			raw(0)), true}, // as before
		"hextile raw corner": {rect(0, 0, 20, 18, rfb.Hextile, raw(0, 0, 0, 1+2), noise(4*2*4)), true},

		"tight fill":              {rect(0, 0, 20, 20, rfb.Tight, raw(0x80), noise(3)), true},
		"tight jpeg":              {rect(0, 0, 20, 20, rfb.Tight, raw(0x90, 0xd0, 0x01), noise(0xd0)), true},
		"tight three-byte size":   {rect(0, 0, 200, 200, rfb.Tight, raw(0x90, 0x80, 0x80, 0x01), noise(1<<14)), true},
		"tight png":               {rect(0, 0, 20, 20, rfb.TightPNG, raw(0xa0, 9), noise(9)), true},
		"tight plain":             {rect(0, 0, 3, 1, rfb.Tight, raw(0x00), noise(9)), true},
		"tight copied":            {rect(0, 0, 4, 1, rfb.Tight, raw(0x10, 12), noise(12)), true},
		"tight copied by name":    {rect(0, 0, 4, 1, rfb.Tight, raw(0x40, 0, 12), noise(12)), true},
		"tight gradient":          {rect(0, 0, 4, 4, rfb.Tight, raw(0x50, 2, 30), noise(30)), true},
		"tight two colours":       {rect(0, 0, 9, 8, rfb.Tight, raw(0x60, 1, 1), noise(2*3), raw(15), noise(15)), true},
		"tight two colours small": {rect(0, 0, 9, 5, rfb.Tight, raw(0x60, 1, 1), noise(2*3+2*5)), true},
		"tight palette":           {rect(0, 0, 9, 8, rfb.Tight, raw(0x60, 1, 4), noise(5*3), raw(15), noise(15)), true},
		"tight palette small":     {rect(0, 0, 11, 1, rfb.Tight, raw(0x60, 1, 4), noise(5*3+11)), true},

		"cursor":           {rect(1, 1, 9, 3, rfb.Cursor, noise(9*3*4+2*3)), false},
		"no cursor":        {rect(0, 0, 0, 0, rfb.Cursor), false},
		"x cursor":         {rect(1, 1, 9, 3, rfb.XCursor, noise(6+2*2*3)), false},
		"no x cursor":      {rect(1, 1, 0, 3, rfb.XCursor), false},
		"alpha cursor":     {rect(1, 1, 9, 3, rfb.AlphaCursor, be32(0), noise(9*3*4)), false},
		"desktop name":     {rect(0, 0, 0, 0, rfb.DesktopName, be32(5), noise(5)), false},
		"led state":        {rect(0, 0, 0, 0, rfb.LEDState, noise(1)), false},
		"extended keys":    {rect(0, 0, 0, 0, rfb.ExtendedKeyEvent), false},
		"extended buttons": {rect(0, 0, 0, 0, rfb.ExtendedMouseButtons), false},
		"pointer type":     {rect(1, 0, 0, 0, rfb.PointerTypeChange), false},
		"desktop size":     {rect(0, 0, 320, 200, rfb.DesktopSize), false},
		"two screens":      {rect(0, 0, 320, 200, rfb.ExtendedDesktopSize, raw(2, 0, 0, 0), noise(32)), false},
		"refused size":     {rect(1, 3, 9999, 9999, rfb.ExtendedDesktopSize, raw(1, 0, 0, 0), noise(16)), false},
	}
}

// otherMessages are server messages that are no updates.
func otherMessages() map[string][]byte {
	return map[string][]byte{
		"bell":              raw(2),
		"colours":           append(raw(1, 0, 0, 0, 0, 2), noise(12)...),
		"cut text":          append(raw(3, 0, 0, 0, 0, 0, 0, 7), noise(7)...),
		"extended cut text": append(raw(3, 0, 0, 0, 0xff, 0xff, 0xff, 0xf8), noise(8)...),
		"fence":             append(raw(248, 0, 0, 0, 0x80, 0, 0, 1, 3), noise(3)...),
		"end of continuous": raw(150),
		"xvp":               raw(250, 0, 1, 1),
	}
}
