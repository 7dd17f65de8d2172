package wire

// ClientMessage is one message from the viewer to the machine. RFC 6143, section 7.5.
type ClientMessage interface {
	// Append adds the message, its type byte first, to b.
	Append(b []byte) []byte
}

// Types of client messages.
const (
	TypeSetPixelFormat           = 0
	TypeSetEncodings             = 2
	TypeFramebufferUpdateRequest = 3
	TypeKeyEvent                 = 4
	TypePointerEvent             = 5
	TypeClientCutText            = 6
	TypeEnableContinuousUpdates  = 150
	TypeFence                    = 248 // both ways
	TypeXVP                      = 250 // both ways
	TypeSetDesktopSize           = 251
	TypeQEMU                     = 255
)

// ReadClientMessage reads one message. Where extendedMouse is set, the server has announced
// [ExtendedMouseButtons] and a [PointerEvent] may be a byte longer.
func ReadClientMessage(r *Reader, extendedMouse bool) (ClientMessage, error) {
	m := ReadClientMessageOf(r, r.U8(), extendedMouse)
	return m, r.Err()
}

// ReadClientMessageOf reads the message that follows its type byte.
func ReadClientMessageOf(r *Reader, kind uint8, extendedMouse bool) ClientMessage {
	switch kind {
	case TypeSetPixelFormat:
		return readSetPixelFormat(r)
	case TypeSetEncodings:
		return readSetEncodings(r)
	case TypeFramebufferUpdateRequest:
		return ReadFramebufferUpdateRequest(r)
	case TypeKeyEvent:
		return ReadKeyEvent(r)
	case TypePointerEvent:
		return ReadPointerEvent(r, extendedMouse)
	case TypeClientCutText:
		return ReadCutText(r)
	case TypeEnableContinuousUpdates:
		return readEnableContinuousUpdates(r)
	case TypeFence:
		return readFence(r)
	case TypeXVP:
		return readXVPMessage(r)
	case TypeSetDesktopSize:
		return readSetDesktopSize(r)
	case TypeQEMU:
		return readQEMUMessage(r)
	}
	r.Failf("client message of unknown type %d", kind)
	return nil
}
