package tap

import (
	"vmstudy/rfb/wire"
)

// agreed is what the decoder of each direction has to know of the other direction. Each looks only at what the
// other side must have sent before the next byte could come.
type agreed struct {
	version  wire.Version // as the client chose it
	security uint32       // as the client chose it or, in 3.3, the server
	format   wire.PixelFormat
	asked    bool // the client has set the format
	mouse    bool // the server has announced ExtendedMouseButtons
	sending  bool // the client has sent something that makes the server send rectangles
	resizes  bool // the client has said that it wants to hear of the screen's size
}

// followServer reads the server's part of the handshake. RFC 6143, sections 7.1 to 7.3.
func (a *agreed) followServer(r *wire.Reader) wire.ServerInit {
	wire.ReadVersion(r)
	r.Await() // by now the client has chosen a version
	if a.version == 3 {
		a.security = r.U32()
		wire.CheckRefusal(r, a.security == 0)
	} else {
		count := int(r.U8())
		wire.CheckRefusal(r, count == 0)
		r.Skip(count)
	}
	r.Await() // by now the client has chosen a security type
	if a.needsAnswer(r) {
		r.Skip(wire.Challenge)
	}
	if a.version == 8 || a.security == wire.SecurityVNC {
		wire.CheckRefusal(r, r.U32() != 0)
	}
	init, _ := wire.ReadServerInit(r) // r keeps the error
	return init
}

// followClient reads the client's part of the handshake.
func (a *agreed) followClient(r *wire.Reader) {
	a.version = wire.ReadVersion(r)
	if a.version == 3 {
		r.Await() // by now the server has named the security type
	} else {
		a.security = uint32(r.U8())
	}
	if a.needsAnswer(r) {
		r.Skip(wire.Challenge)
	}
	r.Skip(1) // ClientInit: whether others may stay connected
}

// needsAnswer tells whether the security type has a challenge and an answer to it.
func (a *agreed) needsAnswer(r *wire.Reader) bool {
	if r.Err() == nil && a.security != wire.SecurityNone && a.security != wire.SecurityVNC {
		r.Failf("security type %d is not one that can be followed", a.security)
	}
	return a.security == wire.SecurityVNC
}
