package netem

import (
	"fmt"
	"time"

	"vmstudy/study"
)

// Replay is the pace of a wire that sends as a trace says, over and over: at each opportunity
// up to study.PacketSize bytes of what is waiting by then. What a packet leaves of one, the
// packets behind it use; what a packet is too large for, it completes at the next. An
// opportunity that finds nothing waiting is lost.
//
// This is how the mahimahi emulator replays its traces (Netravali et al., Mahimahi: Accurate
// Record-and-Replay for HTTP, USENIX ATC 2015), which counts 1504 bytes because its packets
// carry 4 bytes of the tunnel that they came from.
type Replay struct {
	trace  *Trace
	began  time.Time
	cursor cursor
	at     time.Time // the opportunity in use
	left   int       // bytes that it has left
}

// NewReplay returns the pace of a wire that sends as trace says, which begins at began. The
// time from there to the first opportunity is what the trace says first.
func NewReplay(trace *Trace, began time.Time) *Replay {
	return &Replay{trace: trace, began: began, cursor: trace.start()}
}

// ready returns the opportunity at which a packet leaves the queue: the one in use, if it has
// anything left and the packet was there in time, or else the next after its arrival.
func (r *Replay) ready(arrived, free time.Time) time.Time {
	if r.left > 0 && arrived.Before(r.at) && !free.After(r.at) {
		return r.at
	}
	r.left = 0
	elapsed := arrived.Sub(r.began)
	if late := free.Sub(r.began); late > elapsed {
		elapsed = late - 1 // the wire is free for an opportunity at that very time
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
