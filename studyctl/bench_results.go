package main

import (
	"context"

	"vmstudy/postgres"
	"vmstudy/studyctl/cli"
	"vmstudy/studyctl/resultsbench"
	"vmstudy/web/lab"
)

type benchResultsCmd struct {
	cli.BenchFlags `embed:""`
}

// Run measures on a database of its own, in the temporary directory.
func (cmd benchResultsCmd) Run(ctx context.Context, t cli.Terminal) error {
	return cmd.Measure(ctx, t, resultsbench.Bench(func(db *postgres.DB) lab.Results { return findings{db} }))
}
