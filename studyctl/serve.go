package main

import (
	"context"
	"fmt"
)

type serveCmd struct{}

// Run serves until interrupted.
func (serveCmd) Run(ctx context.Context, c Config, t terminal) error {
	show := newProgress(t.err)
	return withHouse(ctx, c, show, func(h *house) error {
		return h.serve(ctx, func() error {
			show.done()
			_, err := fmt.Fprintf(t.out, "Serving on %s\n", c.public())
			return err
		})
	})
}
