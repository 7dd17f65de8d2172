package wire

// ServerMessage is one message from the machine to the viewer that is no FramebufferUpdate.
// RFC 6143, section 7.6. Cut text is passed over: see [CutText].
type ServerMessage interface {
	// Append adds the message, its type byte first, to b.
	Append(b []byte) []byte
}

// Types of server messages. Those of Fence and XVP are the client's.
const (
	TypeFramebufferUpdate    = 0
	TypeSetColourMapEntries  = 1
	TypeBell                 = 2
	TypeServerCutText        = 3
	TypeEndContinuousUpdates = 150
)

// ReadServerMessage reads one message other than a FramebufferUpdate, for which there is
// [screen.Framebuffer.Update].
func ReadServerMessage(r *Reader) (ServerMessage, error) {
	m := ReadServerMessageOf(r, r.U8())
	return m, r.Err()
}

// ReadServerMessageOf reads a message other than a FramebufferUpdate, after its type byte.
func ReadServerMessageOf(r *Reader, kind uint8) ServerMessage {
	switch kind {
	case TypeSetColourMapEntries:
		return readSetColourMapEntries(r)
	case TypeBell:
		return Bell{}
	case TypeEndContinuousUpdates:
		return EndOfContinuousUpdates{}
	case TypeServerCutText:
		return ServerCutText{ReadCutText(r)}
	case TypeFence:
		return readFence(r)
	case TypeXVP:
		return readXVPMessage(r)
	}
	r.Failf("server message of unknown type %d", kind)
	return nil
}
