package main

import (
	"context"

	"vmstudy/studyctl/ingestbench"
)

type benchIngestCmd struct {
	benchFlags `embed:""`
}

// Run measures on a database of its own, in the temporary directory.
func (cmd benchIngestCmd) Run(ctx context.Context, t terminal) error {
	return cmd.measure(ctx, t, ingestbench.Bench())
}
