package wire

import (
	"fmt"
)

// Encoding names a way to send a rectangle. A pseudo-encoding names something that is sent in place of a
// rectangle, or something that the client can do. RFC 6143, section 7.7.
type Encoding int32

// The encodings of pixels that this package can follow.
const (
	Raw      Encoding = 0
	CopyRect Encoding = 1
	RRE      Encoding = 2
	CoRRE    Encoding = 4
	Hextile  Encoding = 5
	Zlib     Encoding = 6
	Tight    Encoding = 7
	ZRLE     Encoding = 16
	H264     Encoding = 50
	TightPNG Encoding = -260
)

// The pseudo-encodings that this package can follow.
const (
	DesktopSize          Encoding = -223
	LastRect             Encoding = -224
	Cursor               Encoding = -239
	XCursor              Encoding = -240
	PointerTypeChange    Encoding = -257
	ExtendedKeyEvent     Encoding = -258
	LEDState             Encoding = -261
	DesktopName          Encoding = -307
	ExtendedDesktopSize  Encoding = -308
	XVP                  Encoding = -309
	Fences               Encoding = -312
	ContinuousUpdates    Encoding = -313
	AlphaCursor          Encoding = -314
	ExtendedMouseButtons Encoding = -316
	ExtendedClipboard    Encoding = -0x3f5e1a32 // 0xc0a1e5ce as a signed number
)

// form is what there is to know of an encoding.
type form struct {
	name   string
	draws  bool // changes pixels, and so belongs to Update.Area
	shapes bool // brings a picture of the pointer
	// skip passes over what follows the rectangle's header; nil where nothing does.
	skip func(*Reader, Rectangle, PixelFormat)
}

// forms has every encoding that may stand in a rectangle's header, and those that only allow a message.
var forms = map[Encoding]form{
	Raw:      {"Raw", true, false, skipRaw},
	CopyRect: {"CopyRect", true, false, skipCopyRect},
	RRE:      {"RRE", true, false, skipRRE},
	CoRRE:    {"CoRRE", true, false, skipCoRRE},
	Hextile:  {"Hextile", true, false, skipHextile},
	Zlib:     {"Zlib", true, false, skipZlib},
	Tight:    {"Tight", true, false, skipTight},
	ZRLE:     {"ZRLE", true, false, skipZlib}, // framed alike
	H264:     {"H264", true, false, skipH264},
	TightPNG: {"TightPNG", true, false, skipTight},

	DesktopSize:          {"DesktopSize", false, false, nil},
	LastRect:             {"LastRect", false, false, nil},
	Cursor:               {"Cursor", false, true, skipCursor},
	XCursor:              {"XCursor", false, true, skipXCursor},
	PointerTypeChange:    {"PointerTypeChange", false, false, nil},
	ExtendedKeyEvent:     {"ExtendedKeyEvent", false, false, nil},
	LEDState:             {"LEDState", false, false, skipLEDState},
	DesktopName:          {"DesktopName", false, false, skipDesktopName},
	ExtendedDesktopSize:  {"ExtendedDesktopSize", false, false, skipScreens},
	XVP:                  {"XVP", false, false, nil},
	Fences:               {"Fences", false, false, nil},
	ContinuousUpdates:    {"ContinuousUpdates", false, false, nil},
	AlphaCursor:          {"AlphaCursor", false, true, skipAlphaCursor},
	ExtendedMouseButtons: {"ExtendedMouseButtons", false, false, nil},
	ExtendedClipboard:    {"ExtendedClipboard", false, false, nil},
}

// Followed reports whether this package can read all that a server may send to a viewer that offers e. It is
// true for the encodings named in this package, and for wishes for quality and compression, which servers
// never send.
func (e Encoding) Followed() bool {
	switch _, known := forms[e]; {
	case known:
		return true
	case e >= -256 && e <= -247: // compression level
		return true
	}
	return e.Lossy()
}

// Quality returns the wish for JPEG of a quality from 0, the poorest, to 9. rfbproto, "JPEG Quality Level Pseudo-encoding".
func Quality(level int) Encoding { return Encoding(-32 + level) }

// Lossy reports whether e is a wish that allows a server to send pictures that lost something: a JPEG quality from 0 to 9 or, as
// TurboVNC names them, from 0 to 100, or a resolution of the colours.
func (e Encoding) Lossy() bool {
	return e >= -32 && e <= -23 || e >= -512 && e <= -412 || e >= -768 && e <= -763
}

// Draws reports whether a rectangle in this encoding changes pixels.
func (e Encoding) Draws() bool { return forms[e].draws }

// Shapes reports whether a rectangle in this encoding brings a picture of the pointer.
func (e Encoding) Shapes() bool { return forms[e].shapes }

// String returns the encoding's name, or its number where this package has no name for it.
func (e Encoding) String() string {
	if f, known := forms[e]; known {
		return f.name
	}
	return fmt.Sprintf("Encoding(%d)", int32(e))
}
