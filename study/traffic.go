package study

import "time"

// LinkSecond is the traffic of an attempt's link in one second.
type LinkSecond struct {
	At    time.Time     // when the second began
	Span  time.Duration // its length: more than a second if the server was too busy to sample in time
	Moved LinkReport    // the traffic in Span

	// How long packets that left the bottleneck's queue in Span had waited there: the mean, and the
	// maximum. They are 0 if no packet left it.
	WaitDown, WaitUp       time.Duration
	LongestDown, LongestUp time.Duration
}

// header is the size in bytes of an IPv4 header and a TCP header with time stamps.
const header = 20 + 32

// GoodputDown returns the rate at which payload, the bytes without headers, reached the participant.
// A retransmission counts again. A packet with a longer header than usual (one with SACK blocks)
// counts a few bytes too many.
func (s LinkSecond) GoodputDown() Bitrate { return s.goodput(s.Moved.BytesDown, s.Moved.PacketsDown) }

// GoodputUp is the same for the other direction.
func (s LinkSecond) GoodputUp() Bitrate { return s.goodput(s.Moved.BytesUp, s.Moved.PacketsUp) }

func (s LinkSecond) goodput(bytes, packets int64) Bitrate {
	if s.Span <= 0 {
		return 0
	}
	return Bitrate(float64(max(0, bytes-header*packets)) * 8 / s.Span.Seconds())
}

// shortestSpan is how long a LinkSecond is at least to be taken for a second. The last of an attempt may be of some milliseconds, in
// which a few packets make a rate that no second had.
const shortestSpan = 500 * time.Millisecond

// Lasts reports whether s is long enough for its rates to be those of a second.
func (s LinkSecond) Lasts() bool { return s.Span >= shortestSpan }

// Busiest returns the goodput towards the participant in the busiest of some seconds, without those that are too short to tell; 0 if there is none.
func Busiest(seconds []LinkSecond) (most Bitrate) {
	for _, s := range seconds {
		if s.Lasts() {
			most = max(most, s.GoodputDown())
		}
	}
	return most
}

// Minus returns the traffic since r, an earlier report of the same link. The result has no Way.
func (l LinkReport) Minus(r LinkReport) LinkReport {
	return LinkReport{
		BytesDown: l.BytesDown - r.BytesDown, BytesUp: l.BytesUp - r.BytesUp,
		PacketsDown: l.PacketsDown - r.PacketsDown, PacketsUp: l.PacketsUp - r.PacketsUp,
		DropsDown: l.DropsDown - r.DropsDown, DropsUp: l.DropsUp - r.DropsUp,
		CausesDown: l.CausesDown.Minus(r.CausesDown), CausesUp: l.CausesUp.Minus(r.CausesUp),
	}
}

// Plus returns the sum of both. The result has no Way.
func (l LinkReport) Plus(r LinkReport) LinkReport {
	return l.Minus(LinkReport{}.Minus(r))
}
