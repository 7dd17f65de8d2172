package netem

import (
	"fmt"
	"time"

	"vmstudy/study"
)

// Replay is the pace of a wire that sends as a trace says, over and over. At each opportunity it
// sends up to study.PacketSize bytes of the packets that wait. Small packets share an opportunity; a
// packet that does not fit into the rest of one completes at the next. An opportunity at which no
// packet waits is lost.
//
// The mahimahi emulator replays its traces in the same way (Netravali et al., Mahimahi: Accurate
// Record-and-Replay for HTTP, USENIX ATC 2015). It counts 1504 bytes for an opportunity, because its
// packets include 4 bytes of the TUN device.
type Replay struct {
	trace  *Trace
	began  time.Time
	cursor cursor
	at     time.Time // time of the current opportunity
	left   int       // bytes that can still be sent at it
}

// NewReplay returns the pace of a wire that sends as trace says. The times of the trace count from
// began.
func NewReplay(trace *Trace, began time.Time) *Replay {
	return &Replay{trace: trace, began: began, cursor: trace.start()}
}

// ready returns the opportunity at which a packet leaves the queue: the current one if it has bytes
// left and the packet arrived before it, else the next one after the packet's arrival.
func (r *Replay) ready(arrived, free time.Time) time.Time {
	if r.left > 0 && arrived.Before(r.at) && !free.After(r.at) {
		return r.at
	}
	r.left = 0
	elapsed := arrived.Sub(r.began)
	if late := free.Sub(r.began); late > elapsed {
		elapsed = late - 1 // the wire can use an opportunity at the very time at which it becomes free
	}
	return r.time(r.cursor.after(r.trace, elapsed))
}

// send uses up opportunities until size bytes have left.
func (r *Replay) send(start time.Time, size int) time.Time {
	if r.left == 0 {
		r.next()
	}
	for ; size > r.left; r.next() {
		size -= r.left
	}
	r.left -= size
	return r.at
}

func (r *Replay) next() {
	r.at, r.left = r.time(r.cursor.next(r.trace)), study.PacketSize
}

func (r *Replay) time(ms int64) time.Time { return r.began.Add(time.Duration(ms) * time.Millisecond) }

func (r *Replay) String() string {
	return fmt.Sprintf("trace of %d opportunities in %v, mean %.4g Mbps, sha256 %.12s",
		r.trace.Opportunities, r.trace.Period, r.trace.Rate().Mbps(), r.trace.SHA256)
}
