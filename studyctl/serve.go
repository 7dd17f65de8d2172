package main

import (
	"context"
	"fmt"
	"log/slog"
)

type serveCmd struct{}

// Run serves until interrupted.
func (serveCmd) Run(ctx context.Context, c Config, t terminal) error {
	return withPremises(c, newProgress(t.log), func(p premises) error {
		return withHouse(ctx, c, p, func(h *house) error {
			return h.serve(ctx, func() error {
				slog.Info("networks are emulated", "way", h.links.way, "why", h.links.why)
				_, err := fmt.Fprintf(t.out, "Serving on %s\n", c.public())
				return err
			})
		})
	})
}
