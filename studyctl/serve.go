package main

import (
	"context"
	"fmt"
	"log/slog"

	"vmstudy/studyctl/cli"
)

type serveCmd struct {
	Backup backupPlan `embed:"" prefix:"backup-"`
	Mail   mailPlan   `embed:"" prefix:"mail-"`
}

// Run serves until interrupted.
func (cmd serveCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	server, err := cmd.Mail.server()
	if err != nil {
		return err
	}
	return withPremises(c, cli.NewProgress(t.Log), func(p premises) error {
		p.backup, p.mail = cmd.Backup, server
		return withHouse(ctx, c, p, func(h *house) error {
			return h.serve(ctx, func() error {
				slog.Info("networks are emulated", "way", h.links.way, "why", h.links.why)
				_, err := fmt.Fprintf(t.Out, "Serving on %s\n", c.public())
				return err
			})
		})
	})
}
