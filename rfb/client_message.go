package rfb

// ClientMessage is one message from the viewer to the machine. RFC 6143, section 7.5.
type ClientMessage interface {
	// Append adds the message, its type byte first, to b.
	Append(b []byte) []byte
}

// Types of client messages.
const (
	typeSetPixelFormat           = 0
	typeSetEncodings             = 2
	typeFramebufferUpdateRequest = 3
	typeKeyEvent                 = 4
	typePointerEvent             = 5
	typeClientCutText            = 6
	typeEnableContinuousUpdates  = 150
	typeFence                    = 248 // both ways
	typeXVP                      = 250 // both ways
	typeSetDesktopSize           = 251
	typeQEMU                     = 255
)

// ReadClientMessage reads one message. Where extendedMouse is set, the server has announced
// [ExtendedMouseButtons] and a [PointerEvent] may be a byte longer.
func ReadClientMessage(r *Reader, extendedMouse bool) (ClientMessage, error) {
	m := readClientMessage(r, r.u8(), extendedMouse)
	return m, r.err
}

// readClientMessage reads the message that follows its type byte.
func readClientMessage(r *Reader, kind uint8, extendedMouse bool) ClientMessage {
	switch kind {
	case typeSetPixelFormat:
		return readSetPixelFormat(r)
	case typeSetEncodings:
		return readSetEncodings(r)
	case typeFramebufferUpdateRequest:
		return readFramebufferUpdateRequest(r)
	case typeKeyEvent:
		return readKeyEvent(r)
	case typePointerEvent:
		return readPointerEvent(r, extendedMouse)
	case typeClientCutText:
		return readCutText(r)
	case typeEnableContinuousUpdates:
		return readEnableContinuousUpdates(r)
	case typeFence:
		return readFence(r)
	case typeXVP:
		return readXVPMessage(r)
	case typeSetDesktopSize:
		return readSetDesktopSize(r)
	case typeQEMU:
		return readQEMUMessage(r)
	}
	r.failf("client message of unknown type %d", kind)
	return nil
}
