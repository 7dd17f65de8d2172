package rfb

import "fmt"

// Encoding names a way to send a rectangle or, where it is a pseudo-encoding, something
// that travels in place of one or an ability that the client has. RFC 6143, section 7.7.
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
	// draw reads the same onto a screen; nil where there is nothing to keep of it. It is
	// called only with rectangles that lie on the screen.
	draw func(*Reader, Rectangle, *Framebuffer)
}

// forms holds every encoding that may stand in a rectangle's header, and those whose only
// trace is a message of their own.
var forms = map[Encoding]form{
	Raw:      {"Raw", true, false, skipRaw, drawRaw},
	CopyRect: {"CopyRect", true, false, skipCopyRect, drawCopyRect},
	RRE:      {"RRE", true, false, skipRRE, drawRRE},
	CoRRE:    {"CoRRE", true, false, skipCoRRE, drawCoRRE},
	Hextile:  {"Hextile", true, false, skipHextile, drawHextile},
	Zlib:     {"Zlib", true, false, skipZlib, drawZlib},
	Tight:    {"Tight", true, false, skipTight, drawTight},
	ZRLE:     {"ZRLE", true, false, skipZlib, drawZRLE}, // framed alike
	TightPNG: {"TightPNG", true, false, skipTight, drawTight},

	DesktopSize:          {"DesktopSize", false, false, nil, nil},
	LastRect:             {"LastRect", false, false, nil, nil},
	Cursor:               {"Cursor", false, true, skipCursor, nil},
	XCursor:              {"XCursor", false, true, skipXCursor, nil},
	PointerTypeChange:    {"PointerTypeChange", false, false, nil, nil},
	ExtendedKeyEvent:     {"ExtendedKeyEvent", false, false, nil, nil},
	LEDState:             {"LEDState", false, false, skipLEDState, nil},
	DesktopName:          {"DesktopName", false, false, skipDesktopName, nil},
	ExtendedDesktopSize:  {"ExtendedDesktopSize", false, false, skipScreens, nil},
	XVP:                  {"XVP", false, false, nil, nil},
	Fences:               {"Fences", false, false, nil, nil},
	ContinuousUpdates:    {"ContinuousUpdates", false, false, nil, nil},
	AlphaCursor:          {"AlphaCursor", false, true, skipAlphaCursor, nil},
	ExtendedMouseButtons: {"ExtendedMouseButtons", false, false, nil, nil},
	ExtendedClipboard:    {"ExtendedClipboard", false, false, nil, nil},
}

// Followed tells whether a server that was offered e sends nothing that a [Tap] would lose
// its place over. It is true for the encodings named in this package and for the wishes for
// quality and compression, which never come back.
func (e Encoding) Followed() bool {
	switch _, known := forms[e]; {
	case known:
		return true
	case e >= -32 && e <= -23, e >= -256 && e <= -247: // JPEG quality, compression level
		return true
	case e >= -512 && e <= -412, e >= -768 && e <= -763: // fine quality, subsampling
		return true
	}
	return false
}

// String returns the encoding's name, or its number where this package has no name for it.
func (e Encoding) String() string {
	if f, known := forms[e]; known {
		return f.name
	}
	return fmt.Sprintf("Encoding(%d)", int32(e))
}
