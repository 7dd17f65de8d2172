package netem

import (
	"fmt"
	"time"
)

// A pace says how fast a wire sends.
type pace interface {
	// ready returns when the wire can begin with a packet that has arrived, if it has been
	// free since free. Asked again, it says the same.
	ready(arrived, free time.Time) time.Time

	// send returns when the last of size bytes has been sent, which begins at start: what
	// ready returned. Sizes count the framing.
	send(start time.Time, size int) time.Time

	String() string
}

// Bottleneck is a wire that sends one packet after the other, behind a queue in which the
// others wait. How fast it sends is a Rate or a Replay of a trace; as long as it is neither,
// packets pass at once.
type Bottleneck struct {
	queue    *Queue
	pace     pace
	overhead int

	wire Packet    // being sent, where busy
	busy bool      // there is a packet on the wire
	done time.Time // when it has been sent; if none, when the last was
}

var _ Stage = (*Bottleneck)(nil)

// NewBottleneck returns a wire without a pace. The Queue must be its own.
func NewBottleneck(queue *Queue) *Bottleneck { return &Bottleneck{queue: queue, pace: unlimited{}} }

// SetRate lets the wire send at r from now on. The packet on the wire finishes as before,
// those that wait leave at the new rate. Each packet takes overhead bytes more than it has.
func (b *Bottleneck) SetRate(r *Rate, overhead int) { b.pace, b.overhead = r, overhead }

// SetReplay lets the wire send as a trace has it from now on; see SetRate.
func (b *Bottleneck) SetReplay(r *Replay, overhead int) { b.pace, b.overhead = r, overhead }

// SetUnlimited lets whatever waits pass at once, and whatever comes.
func (b *Bottleneck) SetUnlimited() { b.pace, b.overhead = unlimited{}, 0 }

// Push puts p on the wire or into the queue, or drops it if the queue is full. A packet that
// is due but was not popped yet still has its place on the wire.
func (b *Bottleneck) Push(p Packet) bool {
	b.begin(p.Arrived)
	if _, free := b.pace.(unlimited); free {
		b.queue.put(p)
		b.begin(p.Arrived)
		return true
	}
	if !b.busy && b.queue.waits.len() == 0 {
		// Nothing is before it: what it takes is the wire, not room in the queue.
		b.queue.put(p)
		b.begin(p.Arrived)
		return true
	}
	return b.queue.Push(p)
}

// begin takes the next packet onto the wire, if that is free by now.
func (b *Bottleneck) begin(now time.Time) {
	for !b.busy && b.queue.waits.len() > 0 {
		start := b.pace.ready(b.queue.Next(), b.done)
		if start.After(now) {
			return
		}
		p, ok := b.queue.Pop(start)
		if !ok {
			continue // CoDel dropped all that waited by then
		}
		b.wire, b.busy = p, true
		b.done = b.pace.send(start, len(p.Data)+b.overhead)
	}
}

// Pop returns the packet on the wire if its last bit has been sent.
func (b *Bottleneck) Pop(now time.Time) (Packet, bool) {
	b.begin(now)
	if !b.busy || b.done.After(now) {
		return Packet{}, false
	}
	p := b.wire
	p.Arrived = b.done
	b.wire, b.busy = Packet{}, false
	return p, true
}

// Next returns when the packet on the wire will have been sent, or when the next will be
// taken onto it.
func (b *Bottleneck) Next() time.Time {
	switch {
	case b.busy:
		return b.done
	case b.queue.waits.len() > 0:
		return b.pace.ready(b.queue.Next(), b.done)
	}
	return time.Time{}
}

func (b *Bottleneck) String() string {
	s := b.queue.String() + " → " + b.pace.String()
	if b.overhead > 0 {
		s += fmt.Sprintf(" with %d bytes more a packet", b.overhead)
	}
	return s
}

// unlimited is the pace of a wire that is none.
type unlimited struct{}

func (unlimited) ready(arrived, free time.Time) time.Time { return later(arrived, free) }
func (unlimited) send(start time.Time, _ int) time.Time   { return start }
func (unlimited) String() string                          { return "rate unlimited" }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
