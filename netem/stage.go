package netem

import "time"

// A Packet is one IP packet on its way through a link.
type Packet struct {
	Data []byte // the whole IP packet: its length is what rates and counters see

	// Arrived is when the packet reached the Stage that holds it. A Stage that lets a
	// packet go sets Arrived to the moment at which it was due, however late it was
	// asked: so the lateness of one Stage, or of the caller, never adds up.
	Arrived time.Time

	hurried bool // set by Reorder: Delay does not hold it back
}

// A Stage does one thing that networks do to packets. It has no goroutine and no clock:
// time is an argument, so a Stage can be tested without waiting. It keeps packets in
// order, unless it says otherwise. It is not safe for concurrent use.
//
// The Data of a packet that was pushed belongs to the Stage until it comes out again; that
// of a packet that was dropped does not come back. No Stage changes it.
type Stage interface {
	// Push takes p in at p.Arrived, which must not be before that of the last Push.
	// It reports false if the Stage dropped p: then p.Data still is the caller's.
	Push(p Packet) bool

	// Pop returns the next packet that is due at now.
	Pop(now time.Time) (p Packet, ok bool)

	// Next returns a time before which Pop finds nothing, so when to look again.
	// The zero Time says that the Stage is empty.
	Next() time.Time

	// String says what the Stage does, with its parameters, as in "loss 1 %".
	String() string
}

// passing is the part of a Stage from which packets come out at once.
type passing struct {
	through ring[Packet]
}

// Pop returns the next packet that was let through, as soon as it has arrived.
func (s *passing) Pop(now time.Time) (Packet, bool) {
	if s.through.len() == 0 || s.through.head().Arrived.After(now) {
		return Packet{}, false
	}
	return s.through.pop(), true
}

// Next returns when the next packet that was let through arrived.
func (s *passing) Next() time.Time {
	if s.through.len() == 0 {
		return time.Time{}
	}
	return s.through.head().Arrived
}
