package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"vmstudy/studyctl/cli"
	"vmstudy/studyctl/metrics"
	"vmstudy/web"
)

var errNoAppliance = errors.New("no appliance is installed")

// checks are what /healthz and /readyz ask.
func (h *house) checks() []web.Check {
	return []web.Check{
		{Name: "database", Wrong: "the database does not answer", Alive: true, Look: h.healthy},
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
