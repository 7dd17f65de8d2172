package main

import (
	"context"

	"vmstudy/netem"
	"vmstudy/netem/netembench"
	"vmstudy/netem/userspace"
	"vmstudy/study"
)

type benchNetemCmd struct {
	benchFlags `embed:""`
}

// Run measures links of the userspace way.
func (cmd benchNetemCmd) Run(ctx context.Context, t terminal) error {
	return cmd.measure(ctx, t, netembench.Bench(func(n study.Network, seed uint64) (netem.Link, error) {
		return userspace.New(n, seed)
	}))
}
