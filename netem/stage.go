package netem

import "time"

// A Packet is one IP packet on its way through a link.
type Packet struct {
	Data []byte // the whole IP packet: its length is what rates and counters see

	// Arrived is when the packet reached the Stage that holds it. A Stage that lets a
	// packet go sets Arrived to the moment at which it was due, however late it was
	// asked: so the lateness of one Stage, or of the caller, never adds up.
	Arrived time.Time
}

// A Stage does one thing that networks do to packets. It has no goroutine and no clock:
// time is an argument, so a Stage can be tested without waiting. It keeps packets in
// order. It is not safe for concurrent use.
type Stage interface {
	// Push takes p in at p.Arrived, which must not be before that of the last Push.
	// It reports false if the Stage dropped p.
	Push(p Packet) bool

	// Pop returns the next packet that is due at now.
	Pop(now time.Time) (p Packet, ok bool)

	// Next returns a time before which Pop finds nothing, so when to look again.
	// The zero Time says that the Stage is empty.
	Next() time.Time
}
