package netem

import (
	"fmt"
	"time"

	"vmstudy/study"
)

// Rate is the pace of a wire of constant bandwidth.
//
// A packet leaves when its last bit has been sent: the first packet on an idle wire takes
// its size divided by the rate, as on a real wire. There is no token bucket, so there is
// no credit saved up while idle and no burst that passes unthrottled.
type Rate struct {
	rate study.Bitrate
	done time.Time // when the last packet was sent
	rest int64     // of it, in bits times nanoseconds: what a nanosecond less would have missed
}

// NewRate returns the pace of a wire that sends rate, over 0, counting the bytes of the IP
// packet, and of framing where Bottleneck is told of any.
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
