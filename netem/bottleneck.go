package netem

import (
	"fmt"
	"time"
)

// A pace says when a wire sends its packets.
type pace interface {
	// ready returns when the wire can begin to send a packet. arrived is when the packet arrived,
	// free is when the wire became free. Repeated calls with the same arguments return the same.
	ready(arrived, free time.Time) time.Time

	// send returns when the last of size bytes has been sent. Sending begins at start, which
	// ready returned. size includes the framing.
	send(start time.Time, size int) time.Time

	String() string
}

// Bottleneck is a wire that sends one packet after the other. Packets wait for it in a queue. A
// Rate or the Replay of a trace says how fast it sends; without either, packets pass at once.
type Bottleneck struct {
	queue    *Queue
	pace     pace
	overhead int

	wire Packet    // the packet that is being sent, if busy
	busy bool      // a packet is being sent
	done time.Time // when that packet, or else the last one, has been sent
}

var _ Stage = (*Bottleneck)(nil)

// NewBottleneck returns an unlimited wire behind queue, which nothing else may use.
func NewBottleneck(queue *Queue) *Bottleneck { return &Bottleneck{queue: queue, pace: unlimited{}} }

// SetRate makes the wire send at r from now on. The packet on the wire finishes as before; waiting
// packets leave at the new rate. Each packet takes overhead bytes more than its length.
func (b *Bottleneck) SetRate(r *Rate, overhead int) { b.pace, b.overhead = r, overhead }

// SetReplay makes the wire send as a trace says from now on; see SetRate.
func (b *Bottleneck) SetReplay(r *Replay, overhead int) { b.pace, b.overhead = r, overhead }

// SetUnlimited makes all waiting and future packets pass at once.
func (b *Bottleneck) SetUnlimited() { b.pace, b.overhead = unlimited{}, 0 }

// Push puts p on the wire or into the queue, or drops p if the queue is full. A packet that has been
// sent but was not popped yet still occupies the wire.
func (b *Bottleneck) Push(p Packet) bool {
	b.begin(p.Arrived)
	if _, free := b.pace.(unlimited); free {
		b.queue.put(p)
		b.begin(p.Arrived)
		return true
	}
	if !b.busy && b.queue.waits.len() == 0 {
		// p goes to the wire at once, so the limit of the queue does not apply.
		b.queue.put(p)
		b.begin(p.Arrived)
		return true
	}
	return b.queue.Push(p)
}

// begin puts the next packet onto the wire if the wire is free at now.
func (b *Bottleneck) begin(now time.Time) {
	for !b.busy && b.queue.waits.len() > 0 {
		start := b.pace.ready(b.queue.Next(), b.done)
		if start.After(now) {
			return
		}
		p, ok := b.queue.Pop(start)
		if !ok {
			continue // CoDel dropped every packet that waited at start
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

// Next returns when the packet on the wire will have been sent, or when the wire will take the next
// packet.
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

// unlimited is the pace of a wire that takes no time to send.
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
