package rfb

// screen is the length of one monitor's description, in bytes.
const screen = 16

// skipScreens passes over the monitors of an ExtendedDesktopSize rectangle. The new size
// itself stands in the header, as in DesktopSize. rfbproto, "ExtendedDesktopSize
// Pseudo-encoding".
func skipScreens(r *Reader, _ Rectangle, _ PixelFormat) {
	count := int(r.u8())
	r.skip(3 + count*screen)
}
