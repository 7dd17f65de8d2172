package analysis

import (
	"slices"

	"vmstudy/study"
)

// Traffic is the traffic of an attempt's link in one second, with the attempt that it belongs to.
type Traffic struct {
	Participant string // code
	Session     study.SessionID
	Trial       study.TrialID
	Position    int // of the trial; 0 is practice
	Attempt     int // number within the trial
	Condition   study.Condition
	Hash        string // of the version
	Number      int    // of the second, from 1, since the link was made
	study.LinkSecond
}

var trafficColumns = slices.Concat([]Column[Traffic]{
	{"session_id", "", "Number of the session.", func(r Traffic) Value { return id(r.Session) }},
	{"participant", "", "Code of the participant.", func(r Traffic) Value { return Text(r.Participant) }},
	{"study_hash", "", "SHA-256 of the study's version.", func(r Traffic) Value { return Text(r.Hash) }},
	{"trial_id", "", "Number of the trial.", func(r Traffic) Value { return id(r.Trial) }},
	{"position", "", "Place of the trial in the session, counted from 1; 0 is practice.", func(r Traffic) Value { return Number(r.Position) }},
	{"attempt", "", "Number of the attempt within the trial.", func(r Traffic) Value { return Number(r.Attempt) }},
}, levelColumns(func(r Traffic) study.Condition { return r.Condition }), []Column[Traffic]{
	{"second", "", "Number of the second, from 1, since the link was made: before the probe and before the first picture. There are no rows for local, and none for an attempt during which the server was killed.", func(r Traffic) Value { return Number(r.Number) }},
	{"at", "UTC", "When the second began. The first picture was at started_at in trials.csv.", func(r Traffic) Value { return Moment(r.At) }},
	{"span_ms", "ms", "How long the second was: less for the last, more where the computer was busy, and 2, 4, ... seconds in an attempt of over two hours.", func(r Traffic) Value { return Millis(r.Span) }},
	{"down_bytes", "byte", "IP bytes that reached the participant's end in it.", func(r Traffic) Value { return Number(r.Moved.BytesDown) }},
	{"up_bytes", "byte", "IP bytes that reached the far end in it.", func(r Traffic) Value { return Number(r.Moved.BytesUp) }},
	{"down_packets", "", "IP packets that reached the participant's end.", func(r Traffic) Value { return Number(r.Moved.PacketsDown) }},
	{"up_packets", "", "IP packets that reached the far end.", func(r Traffic) Value { return Number(r.Moved.PacketsUp) }},
	{"down_drops", "", "Packets to the participant that were dropped, whatever the cause.", func(r Traffic) Value { return Number(r.Moved.DropsDown) }},
	{"up_drops", "", "Packets from the participant that were dropped.", func(r Traffic) Value { return Number(r.Moved.DropsUp) }},
	{"down_drops_loss", "", "Of down_drops: by the loss that was set. The four causes are NA where they are not known: in the kernel way, and in data from before they were kept.", func(r Traffic) Value { return cause(r.Moved.CausesDown, r.Moved.DropsDown, r.Moved.CausesDown.Lost) }},
	{"down_drops_queue", "", "Of down_drops: found the queue full.", func(r Traffic) Value { return cause(r.Moved.CausesDown, r.Moved.DropsDown, r.Moved.CausesDown.Full) }},
	{"down_drops_codel", "", "Of down_drops: by CoDel, to keep the queue short.", func(r Traffic) Value { return cause(r.Moved.CausesDown, r.Moved.DropsDown, r.Moved.CausesDown.Managed) }},
	{"down_drops_outage", "", "Of down_drops: by an outage.", func(r Traffic) Value { return cause(r.Moved.CausesDown, r.Moved.DropsDown, r.Moved.CausesDown.Cut) }},
	{"up_drops_loss", "", "Of up_drops: by the loss that was set.", func(r Traffic) Value { return cause(r.Moved.CausesUp, r.Moved.DropsUp, r.Moved.CausesUp.Lost) }},
	{"up_drops_queue", "", "Of up_drops: found the queue full.", func(r Traffic) Value { return cause(r.Moved.CausesUp, r.Moved.DropsUp, r.Moved.CausesUp.Full) }},
	{"up_drops_codel", "", "Of up_drops: by CoDel.", func(r Traffic) Value { return cause(r.Moved.CausesUp, r.Moved.DropsUp, r.Moved.CausesUp.Managed) }},
	{"up_drops_outage", "", "Of up_drops: by an outage.", func(r Traffic) Value { return cause(r.Moved.CausesUp, r.Moved.DropsUp, r.Moved.CausesUp.Cut) }},
	{"down_goodput_mbps", "Mbps", "Payload that reached the participant's end, in 10^6 bits a second: the bytes without the headers of IP and TCP. What was sent again after a loss counts again.", func(r Traffic) Value { return Number(r.GoodputDown().Mbps()) }},
	{"up_goodput_mbps", "Mbps", "Payload that reached the far end.", func(r Traffic) Value { return Number(r.GoodputUp().Mbps()) }},
	{"down_queue_mean_ms", "ms", "How long packets to the participant waited in the queue before the bandwidth, on average over those that left it; empty if none waited.", func(r Traffic) Value { return Millis(r.WaitDown) }},
	{"down_queue_max_ms", "ms", "The longest of these waits.", func(r Traffic) Value { return Millis(r.LongestDown) }},
	{"up_queue_mean_ms", "ms", "The same for packets from the participant.", func(r Traffic) Value { return Millis(r.WaitUp) }},
	{"up_queue_max_ms", "ms", "The longest of these waits.", func(r Traffic) Value { return Millis(r.LongestUp) }},
})

// cause is the number of drops from one cause. It is Unknown if the causes do not add up to all
// drops.
func cause(all study.Drops, dropped, one int64) Value {
	if all.Total() != dropped {
		return Unknown
	}
	return Number(one)
}
