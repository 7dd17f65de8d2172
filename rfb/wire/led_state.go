package wire

// Lamps says which of the keyboard's lamps are lit. rfbproto, "QEMU LED State
// Pseudo-encoding".
type Lamps uint8

// The lamps.
const (
	ScrollLock Lamps = 1 << iota
	NumLock
	CapsLock
)

// skipLEDState passes over the keyboard's lamps.
func skipLEDState(r *Reader, _ Rectangle, _ PixelFormat) { r.Skip(1) }

// AppendLEDState adds the rectangle that tells the lamps' state.
func AppendLEDState(b []byte, l Lamps) []byte {
	return append(Rectangle{Encoding: LEDState}.Append(b), uint8(l))
}
