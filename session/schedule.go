package session

import (
	"fmt"
	"log/slog"
	"time"

	"vmstudy/study"
)

// A condition may change by a schedule, whose clock begins with the first picture: as long as
// a participant waits, what they wait for comes through the condition itself. So the link is
// told of the schedule when the participant sees the desktop, and follows it by itself; what is
// here only puts on record what it does.

// holdSchedule keeps the link to what n is without its schedule, as long as the participant
// waits. The link was made for n as a whole, so that one that cannot do a phase is none.
func (d *desktop) holdSchedule(n study.Network) error {
	if len(n.Schedule.Phases) == 0 {
		return nil
	}
	n.Schedule = study.Schedule{}
	if err := d.link.Set(n); err != nil {
		return fmt.Errorf("holding the schedule of the network back: %w", err)
	}
	return nil
}

// Seen begins the clock of the network's schedule, and plays its traces from their beginning.
func (d *desktop) Seen() error {
	n := d.report.Set // does not change any more
	if d.link == nil || len(n.Schedule.Phases) == 0 && n.TraceDown == "" && n.TraceUp == "" {
		return nil
	}
	began := time.Now()
	if err := d.link.Set(n); err != nil {
		return fmt.Errorf("beginning the schedule of the network: %w", err)
	}
	d.watching.Go(func() { d.follow(n, began) })
	return nil
}

// follow notes each phase of n as it begins, the first at once, until the desktop closes or
// nothing changes any more. Events have the time at which the link changes, not that at which
// this was noticed.
func (d *desktop) follow(n study.Network, began time.Time) {
	for at := time.Duration(0); ; {
		now, until := n.At(at)
		d.happened(study.NetworkChanged, began.Add(at), now.String())
		if until == study.Forever {
			return
		}
		wait := time.NewTimer(time.Until(began.Add(until)))
		select {
		case <-wait.C:
			at = until
		case <-d.closing:
			wait.Stop()
			return
		}
	}
}

// tellLink puts on record and into the log what the link is made of: its stages with their
// parameters, and the seeds of their chance.
func (d *desktop) tellLink(r Request) {
	says := fmt.Sprintf("%v, seed %d", r.Condition.Network.Network, r.Seed)
	if s, ok := d.link.(fmt.Stringer); ok {
		says = s.String()
	}
	slog.Info("network made", "attempt", r.Name, "way", d.way, "chain", says, "seed", r.Seed)
	d.happened(study.NetworkMade, time.Now(), says[:min(len(says), study.DetailLimit)])
}
