package main

import (
	"context"

	"vmstudy/study"
	"vmstudy/studyctl/assignbench"
	"vmstudy/studyctl/cli"
)

type benchAssignmentCmd struct {
	cli.BenchFlags `embed:""`
	Studies        int `help:"How many studies to simulate, by each of the rules; a tenth of them in each section with each rate of dropout." default:"10000" placeholder:"NUMBER"`
}

// Run simulates; it needs no database.
func (cmd benchAssignmentCmd) Run(ctx context.Context, t cli.Terminal) error {
	if cmd.Studies < 1 {
		return study.Refuse(study.ErrInvalid, "--studies must be at least 1")
	}
	return cmd.Measure(ctx, t, assignbench.Bench(cmd.Studies))
}
