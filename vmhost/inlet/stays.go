package inlet

// Stays reports whether a key changes what other keys do while it is down, as Shift does, or is a lock, as Caps Lock. Pressing such a key
// once more while it is down does nothing. number is QEMU's: the key's scan code, with bit 7 for the prefix 0xe0.
func Stays(number uint32) bool {
	switch number {
	case 0x2a, 0x36, // Shift
		0x1d, 0x9d, // Ctrl
		0x38, 0xb8, // Alt
		0xdb, 0xdc, // Meta
		0x3a, 0x45, 0x46: // Caps Lock, Num Lock, Scroll Lock
		return true
	}
	return false
}

// signStays is Stays for a key that the viewer names by its keysym. X Window System Protocol, appendix A.
func signStays(keysym uint32) bool {
	switch {
	case keysym >= 0xffe1 && keysym <= 0xffee, // Shift_L to Hyper_R
		keysym >= 0xfe01 && keysym <= 0xfe13,                 // ISO_Lock to ISO_Level5_Lock
		keysym == 0xff7f, keysym == 0xff14, keysym == 0xff7e: // Num_Lock, Scroll_Lock, Mode_switch
		return true
	}
	return false
}
