package netem

import (
	"time"

	"vmstudy/study"
)

// Rate is a wire of limited bandwidth behind a drop-tail queue of limited length.
//
// A packet leaves when its last bit has been sent: the first packet on an idle wire takes
// its size divided by the rate, as on a real wire. There is no token bucket, so there is
// no credit saved up while idle and no burst that passes unthrottled.
type Rate struct {
	rate  study.Bitrate
	limit int

	held fifo      // the first is on the wire, the others wait
	done time.Time // when the wire has sent the first of held; if none, when it last fell idle
}

var _ Stage = (*Rate)(nil)

// NewRate returns a Stage that sends packets one after the other at rate, counting the
// bytes of the IP packet and no framing; 0 means unlimited. While one packet is on the
// wire, up to limit more may wait; whatever comes then is dropped.
func NewRate(rate study.Bitrate, limit int) *Rate { return &Rate{rate: rate, limit: limit} }

// Set changes rate and limit. The packet on the wire finishes at the old rate, those
// that wait leave at the new one. A smaller limit drops nothing that already waits.
func (r *Rate) Set(rate study.Bitrate, limit int) { r.rate, r.limit = rate, limit }

// Push puts p on the wire or into the queue, or drops it if the queue is full.
// A packet that is due but was not popped yet still has its place in the queue.
func (r *Rate) Push(p Packet) bool {
	if r.rate > 0 && r.held.len() > r.limit {
		return false
	}
	r.held.push(p)
	if r.held.len() == 1 {
		r.send()
	}
	return true
}

// Pop returns the packet on the wire if its last bit has been sent.
func (r *Rate) Pop(now time.Time) (Packet, bool) {
	if r.held.len() == 0 || r.done.After(now) {
		return Packet{}, false
	}
	p := r.held.pop()
	p.Arrived = r.done
	if r.held.len() > 0 {
		r.send()
	}
	return p, true
}

// Next returns when the packet on the wire will have been sent.
func (r *Rate) Next() time.Time {
	if r.held.len() == 0 {
		return time.Time{}
	}
	return r.done
}

// send starts to send the first held packet as soon as it is there and the wire is free.
func (r *Rate) send() {
	start := r.held.head().Arrived
	if r.done.After(start) {
		start = r.done
	}
	r.done = start.Add(sendTime(len(r.held.head().Data), r.rate))
}

// sendTime returns how long size bytes occupy a wire of the given rate, to the nanosecond.
func sendTime(size int, rate study.Bitrate) time.Duration {
	if rate == 0 {
		return 0
	}
	return time.Duration(int64(size) * 8 * int64(time.Second) / int64(rate))
}
