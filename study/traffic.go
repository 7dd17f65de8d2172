package study

import "time"

// LinkSecond is what passed the link of an attempt in one second of it.
type LinkSecond struct {
	At    time.Time     // when the second began
	Span  time.Duration // how long it was: more than a second where the machine was too busy to look
	Moved LinkReport    // what passed in it

	// How long the packets waited that left the bottleneck's queue in it, on average and at
	// most; 0 also where none did.
	WaitDown, WaitUp       time.Duration
	LongestDown, LongestUp time.Duration
}

// header is what IP and TCP with time stamps put in front of every payload.
const header = 20 + 32

// GoodputDown returns the payload that reached the participant: the bytes without headers. What
// was sent again after a loss counts again. A packet with more than the usual header (one that
// reports losses) counts a few bytes too many.
func (s LinkSecond) GoodputDown() Bitrate { return s.goodput(s.Moved.BytesDown, s.Moved.PacketsDown) }

// GoodputUp is the same for what the participant sent.
func (s LinkSecond) GoodputUp() Bitrate { return s.goodput(s.Moved.BytesUp, s.Moved.PacketsUp) }

func (s LinkSecond) goodput(bytes, packets int64) Bitrate {
	if s.Span <= 0 {
		return 0
	}
	return Bitrate(float64(max(0, bytes-header*packets)) * 8 / s.Span.Seconds())
}

// Minus returns what passed after the earlier report r was made. It does not say the way.
func (l LinkReport) Minus(r LinkReport) LinkReport {
	return LinkReport{
		BytesDown: l.BytesDown - r.BytesDown, BytesUp: l.BytesUp - r.BytesUp,
		PacketsDown: l.PacketsDown - r.PacketsDown, PacketsUp: l.PacketsUp - r.PacketsUp,
		DropsDown: l.DropsDown - r.DropsDown, DropsUp: l.DropsUp - r.DropsUp,
		CausesDown: l.CausesDown.Minus(r.CausesDown), CausesUp: l.CausesUp.Minus(r.CausesUp),
	}
}

// Plus returns the sum of both. It does not say the way.
func (l LinkReport) Plus(r LinkReport) LinkReport {
	return l.Minus(LinkReport{}.Minus(r))
}
