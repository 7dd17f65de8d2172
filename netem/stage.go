package netem

import "time"

// A Packet is one IP packet on its way through a link.
type Packet struct {
	Data []byte // the whole IP packet; rates and counters use its length

	// Arrived is when the packet reached its current Stage. When a Stage lets a packet go, it
	// sets Arrived to the moment at which the packet was due, however late Pop was called. So
	// lateness never adds up.
	Arrived time.Time

	hurried bool // Reorder has chosen the packet: Delay does not delay it
}

// A Stage does one thing that networks do to packets. It has no goroutine and no clock:
// time is an argument, so a Stage can be tested without waiting. It keeps packets in order
// unless its comment says otherwise. It is not safe for concurrent use.
//
// The Data of a pushed packet belongs to the Stage until the packet comes out. No Stage changes it.
// The Data of a packet that a Stage drops after it has taken it in is never given back.
type Stage interface {
	// Push takes p in at p.Arrived, which must not be before that of the last Push. It returns
	// false if the Stage dropped p at once; then p.Data still belongs to the caller.
	Push(p Packet) bool

	// Pop returns the next packet that is due at now.
	Pop(now time.Time) (p Packet, ok bool)

	// Next returns when to call Pop again: before that time Pop returns nothing. The zero Time
	// means that the Stage is empty.
	Next() time.Time

	// String says what the Stage does, with its parameters, as in "loss 1 %".
	String() string
}

// passing is embedded in a Stage that lets packets out at once.
type passing struct {
	through ring[Packet]
}

// Pop returns the next packet if it has arrived at now.
func (s *passing) Pop(now time.Time) (Packet, bool) {
	if s.through.len() == 0 || s.through.head().Arrived.After(now) {
		return Packet{}, false
	}
	return s.through.pop(), true
}

// Next returns when the next packet arrived.
func (s *passing) Next() time.Time {
	if s.through.len() == 0 {
		return time.Time{}
	}
	return s.through.head().Arrived
}
