package rfb

// skipLEDState passes over the keyboard's lamps. rfbproto, "QEMU LED State Pseudo-encoding".
func skipLEDState(r *Reader, _ Rectangle, _ PixelFormat) { r.skip(1) }
