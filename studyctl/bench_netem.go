package main

import (
	"context"

	"vmstudy/bench"
	"vmstudy/netem"
	"vmstudy/netem/netembench"
	"vmstudy/study"
)

type benchNetemCmd struct {
	benchFlags `embed:""`

	Way   string `help:"Measure links of this way: userspace, or kernel as root." default:"userspace" enum:"userspace,kernel"`
	Guest bool   `help:"Measure round trips and goodput of both ways, side by side, in an emulated machine that has Debian's kernel. Its clock counts instructions, so errors compare and costs do not."`
}

// Run measures links.
func (cmd benchNetemCmd) Run(ctx context.Context, c Config, t terminal) error {
	if cmd.Guest {
		return cmd.measure(ctx, t, cmd.inGuest(c))
	}
	chosen, err := newLinks(ctx, Config{Netem: cmd.Way})
	if err != nil {
		return err
	}
	return cmd.measure(ctx, t, netembench.Bench(func(n study.Network, seed uint64) (netem.Link, error) {
		link, _, err := chosen.open("bench", n, seed)
		return link, err
	}))
}

// inGuest is the bench that runs the bench in a machine of its own.
func (cmd benchNetemCmd) inGuest(c Config) bench.Bench {
	return bench.Bench{Name: "netem in a guest", Sections: []bench.Section{{
		Name: "guest", About: "both ways in a machine of their own",
		Measure: func(ctx context.Context, s bench.Setting) ([]bench.Row, error) {
			return bothInGuest(ctx, c, s)
		},
	}}}
}
