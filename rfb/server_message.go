package rfb

// ServerMessage is one message from the machine to the viewer that is no FramebufferUpdate.
// RFC 6143, section 7.6. Cut text is passed over: see [CutText].
type ServerMessage interface {
	// Append adds the message, its type byte first, to b.
	Append(b []byte) []byte
}

// Types of server messages. Those of Fence and XVP are the client's.
const (
	typeFramebufferUpdate    = 0
	typeSetColourMapEntries  = 1
	typeBell                 = 2
	typeServerCutText        = 3
	typeEndContinuousUpdates = 150
)

// ReadServerMessage reads one message other than a FramebufferUpdate, for which there is
// [Framebuffer.Update].
func ReadServerMessage(r *Reader) (ServerMessage, error) {
	m := readServerMessage(r, r.u8())
	return m, r.err
}

// readServerMessage reads a message other than a FramebufferUpdate, after its type byte.
func readServerMessage(r *Reader, kind uint8) ServerMessage {
	switch kind {
	case typeSetColourMapEntries:
		return readSetColourMapEntries(r)
	case typeBell:
		return Bell{}
	case typeEndContinuousUpdates:
		return EndOfContinuousUpdates{}
	case typeServerCutText:
		return ServerCutText{readCutText(r)}
	case typeFence:
		return readFence(r)
	case typeXVP:
		return readXVPMessage(r)
	}
	r.failf("server message of unknown type %d", kind)
	return nil
}
