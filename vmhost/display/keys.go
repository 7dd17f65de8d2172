package display

// QEMU's numbers of the keys that decide the case of a letter.
const (
	keyShiftLeft  = 0x2a
	keyShiftRight = 0x36
	keyCapsLock   = 0x3a
)

// numberOf returns QEMU's number of the key that has a keysym on a US keyboard. QEMU's own VNC server assumes
// a US keyboard, too, for viewers that send no key numbers. The guest decides by the shift key which
// character of the key is meant.
func numberOf(keysym uint32) (number uint32, ok bool) {
	if number, ok = others[keysym]; ok {
		return number, true
	}
	number, ok = signs[keysym]
	return number, ok
}

// rows are the keys with characters, row by row: the characters without and with shift, and the scan code of
// the first key. IBM PC/XT Technical Reference, "Keyboard Scan Codes", with the three keys that the AT
// keyboard has in other places.
var rows = []struct {
	plain, shifted string
	first          uint32
}{
	{"1234567890-=", "!@#$%^&*()_+", 0x02},
	{"qwertyuiop[]", "QWERTYUIOP{}", 0x10},
	{"asdfghjkl;'`", "ASDFGHJKL:\"~", 0x1e},
	{"\\zxcvbnm,./", "|ZXCVBNM<>?", 0x2b},
	{" ", " ", 0x39},
}

// signs maps the keysym of a character, which is its ASCII code, to its key. X Window System Protocol,
// appendix A.
var signs = func() map[uint32]uint32 {
	keys := map[uint32]uint32{}
	for _, row := range rows {
		for i := range len(row.plain) {
			keys[uint32(row.plain[i])] = row.first + uint32(i)
			keys[uint32(row.shifted[i])] = row.first + uint32(i)
		}
	}
	return keys
}()

// others maps the keysyms of keys without characters. Bit 7 in a number stands for the prefix 0xe0 of the scan
// code. X Window System Protocol, appendix A; QEMU 7.2, qapi/ui.json, QKeyCode.
var others = map[uint32]uint32{
	0xff08: 0x0e, // BackSpace
	0xff09: 0x0f, // Tab
	0xfe20: 0x0f, // ISO_Left_Tab, X's keysym of Tab with shift
	0xff0d: 0x1c, // Return
	0xff1b: 0x01, // Escape
	0xff13: 0xc6, // Pause
	0xff14: 0x46, // Scroll_Lock
	0xff61: 0x54, // Print
	0xff67: 0xdd, // Menu

	0xff50: 0xc7, // Home
	0xff51: 0xcb, // Left
	0xff52: 0xc8, // Up
	0xff53: 0xcd, // Right
	0xff54: 0xd0, // Down
	0xff55: 0xc9, // Page_Up
	0xff56: 0xd1, // Page_Down
	0xff57: 0xcf, // End
	0xff63: 0xd2, // Insert
	0xffff: 0xd3, // Delete

	0xffe1: 0x2a, // Shift_L
	0xffe2: 0x36, // Shift_R
	0xffe3: 0x1d, // Control_L
	0xffe4: 0x9d, // Control_R
	0xffe5: 0x3a, // Caps_Lock
	0xffe7: 0xdb, // Meta_L
	0xffe8: 0xdc, // Meta_R
	0xffe9: 0x38, // Alt_L
	0xffea: 0xb8, // Alt_R
	0xfe03: 0xb8, // ISO_Level3_Shift, X's keysym of the same key on many keyboards
	0xffeb: 0xdb, // Super_L
	0xffec: 0xdc, // Super_R

	0xffbe: 0x3b, 0xffbf: 0x3c, 0xffc0: 0x3d, 0xffc1: 0x3e, // F1 to F4
	0xffc2: 0x3f, 0xffc3: 0x40, 0xffc4: 0x41, 0xffc5: 0x42, // F5 to F8
	0xffc6: 0x43, 0xffc7: 0x44, 0xffc8: 0x57, 0xffc9: 0x58, // F9 to F12

	0xff7f: 0x45,                                                         // Num_Lock
	0xff8d: 0x9c,                                                         // KP_Enter
	0xffaa: 0x37,                                                         // KP_Multiply
	0xffab: 0x4e,                                                         // KP_Add
	0xffac: 0x53,                                                         // KP_Separator
	0xffad: 0x4a,                                                         // KP_Subtract
	0xffae: 0x53,                                                         // KP_Decimal
	0xffaf: 0xb5,                                                         // KP_Divide
	0xffb0: 0x52, 0xffb1: 0x4f, 0xffb2: 0x50, 0xffb3: 0x51, 0xffb4: 0x4b, // KP_0 to KP_4
	0xffb5: 0x4c, 0xffb6: 0x4d, 0xffb7: 0x47, 0xffb8: 0x48, 0xffb9: 0x49, // KP_5 to KP_9
	0xff95: 0x47, 0xff96: 0x4b, 0xff97: 0x48, 0xff98: 0x4d, 0xff99: 0x50, // KP_Home to KP_Down
	0xff9a: 0x49, 0xff9b: 0x51, 0xff9c: 0x4f, 0xff9d: 0x4c, 0xff9e: 0x52, 0xff9f: 0x53, // to KP_Delete
}
