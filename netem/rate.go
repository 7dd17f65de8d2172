package netem

import (
	"fmt"
	"time"

	"vmstudy/study"
)

// Rate is the pace of a wire of constant bandwidth.
//
// A packet leaves when its last bit has been sent: even the first packet on an idle wire takes its
// size divided by the rate, as on a real wire. There is no token bucket, so an idle wire saves up
// no credit, and no burst passes faster than the rate.
type Rate struct {
	rate study.Bitrate
	done time.Time // when the last packet was sent, rounded down to a nanosecond
	rest int64     // the remainder of that rounding, in bits times nanoseconds; below rate
}

// NewRate returns the pace of a wire with the given rate, which must be above 0. The rate counts the
// bytes of IP packets, and of the framing that Bottleneck adds.
func NewRate(rate study.Bitrate) *Rate { return &Rate{rate: rate} }

func (r *Rate) ready(arrived, free time.Time) time.Time { return later(arrived, free) }

// send carries over fractions of a nanosecond from packet to packet, so that the rate is exact
// over any time that the wire is busy.
func (r *Rate) send(start time.Time, size int) time.Time {
	if !start.Equal(r.done) {
		r.rest = 0
	}
	work := int64(size)*8*int64(time.Second) + r.rest
	r.rest = work % int64(r.rate)
	r.done = start.Add(time.Duration(work / int64(r.rate)))
	return r.done
}

func (r *Rate) String() string { return fmt.Sprintf("rate %g Mbps", r.rate.Mbps()) }

// sendTime returns how long size bytes occupy a wire of the given rate, to the nanosecond.
func sendTime(size int, rate study.Bitrate) time.Duration {
	if rate == 0 {
		return 0
	}
	return time.Duration(int64(size) * 8 * int64(time.Second) / int64(rate))
}
