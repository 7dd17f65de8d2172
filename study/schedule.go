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

func (n Network) checkSchedule(f faults) {
	s := n.Schedule
	if !f.unless(len(s.Phases) <= MaxPhases, "phases", "a schedule must have from 0 to %d phases, not %d", MaxPhases, len(s.Phases)) {
		return
	}
	end := time.Duration(0) // when the phase before ends
	for i, p := range s.Phases {
		n.checkPhase(f.within(item("phases", i)), p, end)
		end = p.From + p.For
	}
	f.unless(s.Repeat == 0 || len(s.Phases) > 0, "repeat_s", "a schedule that repeats needs at least one phase")
	f.unless(s.Repeat == 0 || s.Repeat >= end && s.Repeat <= maxSchedule, "repeat_s",
		"a schedule must repeat after 0 (never) or from %g s, when its last phase has ended, to %g s, not %g s", end.Seconds(), maxSchedule.Seconds(), s.Repeat.Seconds())
}

// checkPhase checks a phase of n, before which the one before ends at end.
func (n Network) checkPhase(f faults, p Phase, end time.Duration) {
	f.unless(p.From >= 0 && p.From <= maxSchedule, "from_s", "it must begin from 0 to %g s, not at %g s", maxSchedule.Seconds(), p.From.Seconds())
	f.unless(p.For >= minPhase && p.For <= maxSchedule, "for_s", "it must last from %g to %g s, not %g s", minPhase.Seconds(), maxSchedule.Seconds(), p.For.Seconds())
	f.unless(p.From >= end, "from_s", "it must begin at %g s or later, when the one before it has ended, not at %g s", end.Seconds(), p.From.Seconds())
	if p.Outage {
		f.unless(p == Phase{From: p.From, For: p.For, Outage: true}, "outage", "this is an outage: it cannot have a bandwidth, delay or loss beside")
		return
	}
	plain := n
	plain.Schedule = Schedule{}
	for _, fault := range plain.during(p).Faults() {
		if !plain.has(fault) { // else it is said of the network itself
			f.unless(false, fault.At, "%s", fault.Say)
		}
	}
}

// has reports whether a fault is one of n's own.
func (n Network) has(fault Fault) bool { return slices.Contains(n.Faults(), fault) }
