package inlet

// Device is one of a machine's input devices. Each device has its own queues.
type Device uint8

// The devices.
const (
	Keyboard Device = iota
	Pointer
	devices
)

// Room says how much unread input a device's queues may contain, in the device's own units, and how many units
// each kind of input takes.
type Room struct {
	Units   [devices]int
	Press   int  // a key goes down
	Release int  // a key goes up
	Move    int  // the pointer moves
	Button  int  // a button goes down or up, and perhaps the pointer moves
	Repeats bool // the guest's kernel repeats a key that stays down, into the same queue, and ignores a second press
}

var (
	// Virtio is the Room of a guest that drives virtio-keyboard and virtio-tablet, in evdev events. Linux has
	// room for 64 events, of which one is never used. A key takes two events, itself and the end of the
	// packet; a position takes two coordinates and the end. Units is less than 63 to leave room for
	// the repeats of a key, and for Caps Lock, which may be pressed before a letter.
	Virtio = Room{Units: [devices]int{48, 48}, Press: 2, Release: 2, Move: 3, Button: 5, Repeats: true}
	// PS2 is the Room of a guest that drives a PS/2 keyboard and mouse, in bytes of QEMU's queue of 16. Four
	// bytes of the keyboard's are left free for Caps Lock. A BIOS queues 15 keys, more than can be in
	// these bytes.
	PS2 = Room{Units: [devices]int{12, 16}, Press: 2, Release: 3, Move: 4, Button: 8}
)
