package main

import (
	"context"

	"vmstudy/studyctl/cli"
	"vmstudy/studyctl/ingestbench"
)

type benchIngestCmd struct {
	cli.BenchFlags `embed:""`
}

// Run measures on a database of its own, in the temporary directory.
func (cmd benchIngestCmd) Run(ctx context.Context, t cli.Terminal) error {
	return cmd.Measure(ctx, t, ingestbench.Bench())
}
