package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"vmstudy/studyctl/cli"
	"vmstudy/studyctl/metrics"
	"vmstudy/web"
)

var errNoAppliance = errors.New("no appliance is installed")

// checks are what /healthz and /readyz ask.
func (h *house) checks() []web.Check {
	return []web.Check{
		{Name: "life", Wrong: "the database has not answered for a minute", Alive: true, Look: h.alive},
		{Name: "database", Wrong: "the database does not answer", Look: h.healthy},
		{Name: "disk", Wrong: "the disk is almost full", Look: func(context.Context) error { return roomOn(h.cfg.Data) }},
		{Name: "appliances", Wrong: "no appliance is installed", Look: func(ctx context.Context) error {
			found, err := h.cfg.installed(ctx)
			if err == nil && len(found) == 0 {
				err = errNoAppliance
			}
			return err
		}},
	}
}

// healthy reports whether the database is ours and answers.
func (h *house) healthy(ctx context.Context) error {
	if !h.owner.Held() {
		return errDisowned
	}
	return h.db.Ping(ctx)
}

// alive reports whether the database has answered within silenceLimit. A restart ends everybody's trials, so it must not come of a database
// that is busy, or that is lost for a moment.
func (h *house) alive(ctx context.Context) error {
	err := h.db.Answers(ctx)
	if errors.Is(ctx.Err(), context.Canceled) { // who asked did not wait
		return err
	}
	return h.silence.heard(err, time.Now())
}

// silenceLimit is how long a database may be silent before it helps to restart the server.
const silenceLimit = time.Minute

// silence is since when the database does not answer. The zero silence is none.
type silence struct {
	mu    sync.Mutex
	since time.Time
}

// heard takes note of an answer, or of err in place of one, and returns an error if the silence is too long.
func (s *silence) heard(err error, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		s.since = time.Time{}
		return nil
	}
	if s.since.IsZero() {
		s.since = now
	}
	if now.Sub(s.since) < silenceLimit {
		return nil
	}
	return fmt.Errorf("silent for %v: %w", now.Sub(s.since), err)
}

// roomOn returns an error if the disk of dir has less room than recordings leave to the database.
func roomOn(dir string) error {
	d, err := diskOf(dir)
	if err == nil && d.Free < diskReserve {
		err = fmt.Errorf("%d bytes are free, want %d", d.Free, int64(diskReserve))
	}
	return err
}

// watched returns the metrics of this server.
func (h *house) watched() *metrics.Metrics {
	return metrics.New(metrics.Sources{
		Version:     cli.Version(),
		Desktops:    func() int { return len(h.conductor.Live()) },
		Machines:    h.machines,
		Database:    h.healthy,
		Connections: h.db.Connections,
		Disk: func() (free, total int64, err error) {
			d, err := diskOf(h.cfg.Data)
			return d.Free, d.Total, err
		},
		Backup: func() time.Time {
			if h.backups == nil || h.backups.newest.Load() == 0 {
				return time.Time{}
			}
			return time.Unix(h.backups.newest.Load(), 0)
		},
	})
}
