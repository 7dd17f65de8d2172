package inlet

// Device is one of a machine's input devices. Each has queues of its own.
type Device uint8

// The devices.
const (
	Keyboard Device = iota
	Pointer
	devices
)

// Room says how much may be on its way through a device, in the device's own units, and how much of it
// an input takes.
type Room struct {
	Units   [devices]int
	Press   int  // a key goes down
	Release int  // a key goes up
	Move    int  // the pointer moves
	Button  int  // a button goes down or up, wherever the pointer goes with it
	Repeats bool // the guest's kernel puts repeats of a key that is held into the same queue
}

var (
	// Virtio is a guest that drives virtio-keyboard and virtio-tablet, in events. Linux keeps 64, of
	// which one is never used. A key and the end of a packet are two; a place is two coordinates and
	// an end. The rest is left free for the repeats of a held key, and for a Caps Lock
	// that letters may need before them.
	Virtio = Room{Units: [devices]int{48, 48}, Press: 2, Release: 2, Move: 3, Button: 5, Repeats: true}
	// PS2 is a guest that drives a PS/2 keyboard and mouse, in bytes of QEMU's queue of 16. A BIOS
	// keeps 15 keys, which this never reaches. Four of the keyboard's are left free for a Caps Lock.
	PS2 = Room{Units: [devices]int{12, 16}, Press: 2, Release: 3, Move: 4, Button: 8}
)
