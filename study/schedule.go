package study

import (
	"math"
	"slices"
	"time"
)

// Schedule says when a network has other values than usual. Its times count from the first picture
// of a trial. The zero Schedule never changes anything.
type Schedule struct {
	Phases []Phase       // in the order of time, without overlaps
	Repeat time.Duration // the schedule begins again after this time; 0 means that it runs once
}

// Phase is a time in which a network has other values: either nothing passes, or the fields of the
// phase replace the network's fields of the same name. The network's other fields stay.
type Phase struct {
	From time.Duration // from the beginning of the schedule, or of its repetition
	For  time.Duration

	Outage   bool    // nothing passes; the fields below must then be zero
	Down, Up Bitrate // 0 means the network's trace if it has one, else unlimited
	RTT      time.Duration
	Jitter   time.Duration
	Loss     float64
}

// Bounds of a schedule.
const (
	MaxPhases   = 50
	minPhase    = 10 * time.Millisecond
	maxSchedule = MaxTrialLimit
)

// Equal reports whether s and t are the same schedule.
func (s Schedule) Equal(t Schedule) bool {
	return s.Repeat == t.Repeat && slices.Equal(s.Phases, t.Phases)
}

// Forever stands for the end of values that never change again.
const Forever time.Duration = math.MaxInt64

// At returns the network, without its schedule, as it is when t has passed since the schedule
// began. until is when it changes next, on the same clock, or Forever. t must not be negative.
func (n Network) At(t time.Duration) (now Network, until time.Duration) {
	s := n.Schedule
	n.Schedule = Schedule{}
	round := time.Duration(0) // when the current repetition began
	if s.Repeat > 0 {
		round = t - t%s.Repeat
	}
	for _, p := range s.Phases {
		switch {
		case t < round+p.From:
			return n, round + p.From
		case t < round+p.From+p.For:
			return n.during(p), round + p.From + p.For
		}
	}
	if s.Repeat > 0 && len(s.Phases) > 0 {
		return n, round + s.Repeat + s.Phases[0].From
	}
	return n, Forever
}

// during returns n as it is during p.
func (n Network) during(p Phase) Network {
	if p.Outage {
		n.Outage = true
		return n
	}
	for _, end := range []struct {
		rate  *Bitrate
		trace *string
		in    Bitrate
	}{{&n.Down, &n.TraceDown, p.Down}, {&n.Up, &n.TraceUp, p.Up}} {
		if *end.rate = end.in; end.in != 0 {
			*end.trace = ""
		}
	}
	n.RTT, n.Jitter, n.Loss = p.RTT, p.Jitter, p.Loss
	return n
}

func (n Network) checkSchedule() error {
	s := n.Schedule
	if len(s.Phases) > MaxPhases {
		return invalid("a schedule must have from 0 to %d phases, not %d", MaxPhases, len(s.Phases))
	}
	end := time.Duration(0) // when the phase before ends
	for i, p := range s.Phases {
		switch {
		case p.From < 0 || p.From > maxSchedule:
			return invalid("phase %d must begin from 0 to %g s, not at %g s", i+1, maxSchedule.Seconds(), p.From.Seconds())
		case p.For < minPhase || p.For > maxSchedule:
			return invalid("phase %d must last from %g to %g s, not %g s", i+1, minPhase.Seconds(), maxSchedule.Seconds(), p.For.Seconds())
		case p.From < end:
			return invalid("phase %d must begin at %g s or later, when the one before it has ended, not at %g s", i+1, end.Seconds(), p.From.Seconds())
		case p.Outage && p != (Phase{From: p.From, For: p.For, Outage: true}):
			return invalid("phase %d is an outage: it cannot have a bandwidth, delay or loss beside", i+1)
		}
		end = p.From + p.For
		plain := n
		plain.Schedule = Schedule{}
		if err := plain.during(p).Validate(); err != nil {
			return Refuse(ErrInvalid, "phase %d: %s", i+1, Sentence(err))
		}
	}
	switch {
	case s.Repeat != 0 && len(s.Phases) == 0:
		return invalid("a schedule that repeats needs at least one phase")
	case s.Repeat != 0 && (s.Repeat < end || s.Repeat > maxSchedule):
		return invalid("a schedule must repeat after 0 (never) or from %g s, when its last phase has ended, to %g s, not %g s", end.Seconds(), maxSchedule.Seconds(), s.Repeat.Seconds())
	}
	return nil
}
