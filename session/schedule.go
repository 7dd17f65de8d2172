package session

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"vmstudy/study"
)

// A network may change by a schedule, whose clock begins with the first picture. Until then the link
// has the network's usual values. When the participant sees the desktop, the link is set to the network
// with its schedule, and follows the schedule by itself. This file only records what the link does.

// delaySchedule sets the link to n without its schedule until Seen sets it to n. The link was made for
// all of n, so a link that cannot emulate a phase has been refused already.
func (d *desktop) delaySchedule(n study.Network) error {
	if len(n.Schedule.Phases) == 0 {
		return nil
	}
	n.Schedule = study.Schedule{}
	if err := d.link.Set(n); err != nil {
		return fmt.Errorf("holding the schedule of the network back: %w", err)
	}
	return nil
}

// Seen starts the clock of the network's schedule and restarts its traces from their beginning.
func (d *desktop) Seen() error {
	n := d.report.Set // needs no lock, since it does not change any more
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

// follow records an event for the network's values at the beginning and for each change of them, until
// the desktop closes or nothing changes any more. The event has the scheduled time of the change, not the
// time at which follow wakes up.
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

// tellLink writes the stages of the link, with their parameters and random seeds, to the log and to the
// attempt's record.
func (d *desktop) tellLink(r Request) {
	says := fmt.Sprintf("%v, seed %d", r.Condition.Network.Network, r.Seed)
	if s, ok := d.link.(fmt.Stringer); ok {
		says = s.String()
	}
	level := slog.LevelInfo
	if r.Attempt == 0 { // a robot's
		level = slog.LevelDebug
	}
	slog.Log(context.Background(), level, "network made", "attempt", r.Name, "way", d.way, "chain", says, "seed", r.Seed)
	d.happened(study.NetworkMade, time.Now(), says)
}
