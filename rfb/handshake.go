package rfb

import (
	"errors"
	"strconv"
)

// version is the part of the protocol's version that matters: 3, 7 or 8 in 3.3, 3.7, 3.8.
type version int

// versionLength is the length of "RFB 003.008\n". RFC 6143, section 7.1.1.
const versionLength = 12

// readVersion reads a ProtocolVersion. Versions that were never published count as the
// nearest one below, as the RFC asks.
func readVersion(r *Reader) version {
	text := string(r.take(versionLength))
	if r.err != nil {
		return 0
	}
	major, errMajor := strconv.Atoi(text[4:7])
	minor, errMinor := strconv.Atoi(text[8:11])
	switch {
	case text[:4] != "RFB " || text[7] != '.' || text[11] != '\n' || errors.Join(errMajor, errMinor) != nil:
		r.failf("%q is not a protocol version", text)
	case major > 3 || minor >= 8:
		return 8
	case minor == 7:
		return 7
	}
	return 3
}

// Security types. RFC 6143, section 7.2.
const (
	securityNone = 1
	securityVNC  = 2
)

// challenge is the length of a VNC authentication's challenge, and of its answer.
const challenge = 16

// agreed is what the two directions of a connection have to know of each other. Each side
// looks only at what the other must have said before the next byte could come.
type agreed struct {
	version  version // as the client chose it
	security uint32  // as the client chose it or, in 3.3, the server
	format   PixelFormat
	asked    bool // the client has set the format
	mouse    bool // the server has announced ExtendedMouseButtons
	sending  bool // the client has said what makes the server send rectangles
	resizes  bool // the client has said that it wants to hear of the screen's size
}

// followServer takes the server's part of the handshake in. RFC 6143, sections 7.1 to 7.3.
func (a *agreed) followServer(r *Reader) ServerInit {
	readVersion(r)
	r.await() // by now the client has chosen a version
	if a.version == 3 {
		a.security = r.u32()
		refuse(r, a.security == 0)
	} else {
		count := int(r.u8())
		refuse(r, count == 0)
		r.skip(count)
	}
	r.await() // by now the client has chosen a security type
	if a.needsAnswer(r) {
		r.skip(challenge)
	}
	if a.version == 8 || a.security == securityVNC {
		refuse(r, r.u32() != 0)
	}
	return readServerInit(r)
}

// refuse ends the reading if the server would not have the client.
func refuse(r *Reader, refused bool) {
	if refused {
		r.failf("the machine refused the connection")
	}
}

// followClient takes the client's part of the handshake in.
func (a *agreed) followClient(r *Reader) {
	a.version = readVersion(r)
	if a.version == 3 {
		r.await() // by now the server has named the security type
	} else {
		a.security = uint32(r.u8())
	}
	if a.needsAnswer(r) {
		r.skip(challenge)
	}
	r.skip(1) // ClientInit: whether others may stay connected
}

// needsAnswer tells whether the security type has a challenge and an answer to it.
func (a *agreed) needsAnswer(r *Reader) bool {
	if r.err == nil && a.security != securityNone && a.security != securityVNC {
		r.failf("security type %d is not one that can be followed", a.security)
	}
	return a.security == securityVNC
}
