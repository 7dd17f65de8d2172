package netem

import (
	"time"

	"vmstudy/study"
)

// What a measured round trip may be off before it is said to be another than the one that was
// set: half a millisecond, or a hundredth, whichever is more.
const (
	toleratedTrip  = 500 * time.Microsecond
	toleratedShare = 100
)

// Verdict says whether a probe found what was set.
type Verdict struct {
	Expected  time.Duration // the round trip that was set, and the time to send a ping
	Error     time.Duration // of the measured median: above 0 if it was too long
	Tolerance time.Duration
	OK        bool // Error is within Tolerance
}

// Judge compares what a probe measured with what n asks for. An end that acknowledges at once
// makes its answer wait for the acknowledgement; as nobody sees whether it did, a median
// anywhere between counts as exact. Jitter moves a median by up to its own width on top.
// Neither is known of a trace, so the sending times of one are not expected. A schedule has not
// begun when a probe is made.
func Judge(n study.Network, measured study.RoundTrips) Verdict {
	v := Verdict{Expected: ExpectedPing(n), Tolerance: max(toleratedTrip, n.RTT/toleratedShare) + n.Jitter}
	waits := sendTime(bareHeader+n.Overhead, n.Up) + sendTime(bareHeader+n.Overhead, n.Down)
	switch off := measured.Median - v.Expected; {
	case off < 0:
		v.Error = off
	case off > waits:
		v.Error = off - waits
	}
	v.OK = measured.Count > 0 && v.Error.Abs() <= v.Tolerance
	return v
}
