package netem

import (
	"time"

	"vmstudy/study"
)

// How far the measured round-trip time may be off the one that was set: half a millisecond or one
// hundredth of it, whichever is more.
const (
	toleratedTrip  = 500 * time.Microsecond
	toleratedShare = 100
)

// Verdict says whether a probe found what was set.
type Verdict struct {
	Expected  time.Duration // the round-trip time that was set, plus the time to send a ping in both directions
	Error     time.Duration // of the measured median; positive if it was too long
	Tolerance time.Duration
	OK        bool // Error is within Tolerance
}

// Judge compares what a probe measured with what n asks for. If an end acknowledges a ping at once, its
// answer waits for the acknowledgement to be sent. A probe cannot see whether that happened, so any
// median between the two possible values counts as exact. Jitter adds its own width to the tolerance.
// The rate of a trace at the time of the probe is unknown, so Expected leaves out its sending times. A
// probe runs before the schedule begins.
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
