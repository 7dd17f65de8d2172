package main

import (
	"context"
	"errors"
	"slices"

	"vmstudy/bench"
	"vmstudy/netem"
	"vmstudy/netem/netembench"
	"vmstudy/study"
	"vmstudy/studyctl/cli"
)

type benchNetemCmd struct {
	cli.BenchFlags `embed:""`

	Way   []string `help:"Measure links of these ways, each part in one after the other: tun, userspace, kernel, or auto, which is what the server would take." default:"auto" enum:"auto,tun,userspace,kernel"`
	Guest bool     `help:"Measure round trips and goodput of the ways kernel and userspace, side by side, in an emulated machine that has Debian's kernel. Its clock counts instructions, so errors compare and costs do not."`
}

// Run measures links.
func (cmd benchNetemCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	if cmd.Guest {
		return cmd.Measure(ctx, t, cmd.inGuest(c))
	}
	var all []bench.Bench
	for _, way := range cmd.Way {
		chosen, err := newLinks(ctx, Config{Netem: way})
		if err != nil {
			return err
		}
		defer chosen.Close()
		b := netembench.Bench(func(n study.Network, seed uint64) (netem.Link, error) {
			link, _, err := chosen.open("bench", n, seed)
			return link, err
		})
		if len(cmd.Way) > 1 || way == auto {
			b = named(b, chosen.way)
		}
		all = append(all, b)
	}
	return cmd.Measure(ctx, t, inTurn(all))
}

// named returns a bench like b, whose rows also say in which way the links were made.
func named(b bench.Bench, way study.LinkWay) bench.Bench {
	b.Sections = slices.Clone(b.Sections)
	for i, section := range b.Sections {
		b.Sections[i].Measure = func(ctx context.Context, s bench.Setting) ([]bench.Row, error) {
			rows, err := section.Measure(ctx, s)
			for i := range rows {
				rows[i].Condition = string(way) + " " + rows[i].Condition
			}
			return rows, err
		}
	}
	return b
}

// inTurn joins benches that have the same sections. Each section of the result measures that section of all benches, one
// after the other. So whatever else the computer does meanwhile affects all alike.
func inTurn(all []bench.Bench) bench.Bench {
	one := all[0]
	one.Sections = slices.Clone(one.Sections)
	for i := range one.Sections {
		one.Sections[i].Measure = func(ctx context.Context, s bench.Setting) ([]bench.Row, error) {
			var rows []bench.Row
			var errs []error
			for _, b := range all {
				more, err := b.Sections[i].Measure(ctx, s)
				rows = append(rows, more...)
				errs = append(errs, err)
			}
			return rows, errors.Join(errs...)
		}
	}
	return one
}

// inGuest returns the bench that is run in a virtual machine of its own.
func (cmd benchNetemCmd) inGuest(c Config) bench.Bench {
	return bench.Bench{Name: "netem in a guest", Sections: []bench.Section{{
		Name: "guest", About: "both ways in a machine of their own",
		Measure: func(ctx context.Context, s bench.Setting) ([]bench.Row, error) {
			return bothInGuest(ctx, c, s)
		},
	}}}
}
