package netem

import "vmstudy/study"

// A link may carry this much more than its rate in one second of many, for what counting adds: a second is cut where a counter is read, and a
// computer that stood still for a moment passes on in one second what was due in the one before. The verdict is to find a link without its
// rate or with another's. The calibration measures a rate exactly.
const toleratedRate = 0.1

// shortestCount is the shortest time in which traffic is counted; see study.LinkSecond.Lasts.
const shortestCount = 0.5 // seconds

// RateVerdict says whether more passed a link than its rate lets pass.
type RateVerdict struct {
	Share     float64 // of the rate, that payload made up
	Full      float64 // the share of a transfer that fills the link: the rest is headers
	Tolerance float64 // above Full
	OK        bool    // Share is up to Full and Tolerance. A small Share is no fault: nobody asked for more
}

// JudgeRate compares the payload that passed towards the participant in some second with what n lets pass. known is false if n has no one rate: it is unlimited,
// follows a trace, or changes.
//
// The tolerance holds also the last packet, which may belong to the second before, and what jitter may move from one second into the next.
func JudgeRate(n study.Network, goodput study.Bitrate) (v RateVerdict, known bool) {
	if n.Down == 0 || n.TraceDown != "" || len(n.Schedule.Phases) > 0 {
		return RateVerdict{}, false
	}
	size := float64(study.PacketSize + n.Overhead)
	v = RateVerdict{
		Share:     float64(goodput) / float64(n.Down),
		Full:      FullPayload / size,
		Tolerance: toleratedRate + 8*size/float64(n.Down)/shortestCount + 2*n.Jitter.Seconds(),
	}
	v.OK = v.Share <= v.Full+v.Tolerance
	return v, true
}
