package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"vmstudy/netem"
	"vmstudy/netem/kernel"
	"vmstudy/netem/namespace"
	"vmstudy/netem/netembench"
	"vmstudy/netem/tun"
	"vmstudy/netem/userspace"
	"vmstudy/study"
	"vmstudy/studyctl/cli"
)

// auto is the setting that takes the best way that works on this computer.
const auto = "auto"

// links opens links. All of them are made in the same way, which is chosen before the first.
type links struct {
	way    study.LinkWay
	why    string // why auto took this way
	traces *netem.Traces
	maker  *tun.Maker // nil if the way is not tun
}

// works finds out whether links can be made in a given way on this computer.
type works func(study.LinkWay) error

// chooseWay decides how networks are emulated, from the setting --netem. It tries only those ways on which the decision
// depends. If it had a choice, why says why it took this way.
func chooseWay(setting string, works works) (way study.LinkWay, why string, err error) {
	switch way := study.LinkWay(setting); {
	case way == study.UserspaceWay:
		return way, "", nil
	case setting != auto:
		if err := works(way); err != nil {
			return "", "", study.Refuse(study.ErrConflict, "--netem %s does not work here: %s. With --netem auto the program takes the best way that does.", way, cli.Explain(err))
		}
		return way, "", nil
	}
	if err := works(study.TunWay); err != nil {
		return study.UserspaceWay, "the tun way does not work here: " + cli.Explain(err), nil
	}
	return study.TunWay, "it has Linux's own TCP, and works here", nil
}

// newLinks decides in which way links are made on this computer, and removes what processes that were killed have left of
// their links. The caller must Close it.
func newLinks(ctx context.Context, c Config) (links, error) {
	swept, err := namespace.Sweep()
	if err != nil {
		slog.Warn("what earlier links left behind could not be removed", "error", err)
	}
	if len(swept) > 0 {
		slog.Warn("links of a killed program were cleared away", "links", swept)
	}
	l := links{traces: netem.NewTraces(c.networksDir())}
	l.way, l.why, err = chooseWay(c.Netem, func(way study.LinkWay) (err error) {
		if way == study.KernelWay {
			_, err = kernel.Works(ctx, "probe")
			return err
		}
		l.maker, _, err = newMaker(ctx, "probe")
		return err
	})
	if err != nil {
		return links{}, err
	}
	return l, nil
}

// newMaker returns a maker of links that was tried: the round trips tell how exact it is. The caller must Close it.
func newMaker(ctx context.Context, name string) (*tun.Maker, study.RoundTrips, error) {
	m, err := tun.NewMaker()
	if err != nil {
		return nil, study.RoundTrips{}, err
	}
	trips, err := m.Works(ctx, name)
	if err != nil {
		return nil, trips, errors.Join(err, m.Close())
	}
	return m, trips, nil
}

// Close ends what makes links.
func (l links) Close() error {
	if l.maker == nil {
		return nil
	}
	return l.maker.Close()
}

// calibrator returns a calibrator that measures links like those that open opens.
func (l links) calibrator() netembench.Calibrator {
	return netembench.Calibrator{Traces: l.traces, Seed: cli.NewSeed, Open: func(n study.Network, seed uint64) (netem.Link, study.LinkWay, error) {
		return l.open("calibrate", n, seed)
	}}
}

// open opens a link and says in which way it was made. name says what the link is for.
func (l links) open(name string, n study.Network, seed uint64) (link netem.Link, way study.LinkWay, err error) {
	switch l.way {
	case study.KernelWay:
		link, err = orNone(kernel.New(name, n, seed))
	case study.TunWay:
		link, err = orNone(l.maker.New(name, l.traces, n, seed))
	case study.UserspaceWay:
		link, err = orNone(userspace.NewWith(l.traces, n, seed))
	default:
		err = fmt.Errorf("open link %s: no way %q", name, l.way)
	}
	return link, l.way, err
}

// orNone returns link as a netem.Link. With an error it returns nil: a nil pointer in an interface would not be nil.
func orNone[L netem.Link](link L, err error) (netem.Link, error) {
	if err != nil {
		return nil, err
	}
	return link, nil
}
