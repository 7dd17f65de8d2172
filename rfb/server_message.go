package rfb

// Types of server messages. RFC 6143, section 7.6. Those of Fence and XVP are the client's.
const (
	typeFramebufferUpdate    = 0
	typeSetColourMapEntries  = 1
	typeBell                 = 2
	typeServerCutText        = 3
	typeEndContinuousUpdates = 150
)

// skipServerMessage passes over a message other than a FramebufferUpdate, after its type
// byte.
func skipServerMessage(r *Reader, kind uint8) {
	switch kind {
	case typeSetColourMapEntries:
		skipColourMap(r)
	case typeBell, typeEndContinuousUpdates: // nothing but the type
	case typeServerCutText:
		readCutText(r)
	case typeFence:
		readFence(r)
	case typeXVP:
		readXVPMessage(r)
	default:
		r.failf("server message of unknown type %d", kind)
	}
}

// skipColourMap passes over the colours of a SetColourMapEntries. RFC 6143, section 7.6.2.
func skipColourMap(r *Reader) {
	r.skip(3) // padding, first colour
	r.skip(int(r.u16()) * 6)
}
