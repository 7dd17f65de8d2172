package main

import (
	"context"
	"errors"
	"log/slog"

	"vmstudy/netem"
	"vmstudy/netem/kernel"
	"vmstudy/netem/netembench"
	"vmstudy/netem/userspace"
	"vmstudy/study"
)

// auto lets the machine decide how networks are emulated.
const auto = "auto"

// links opens links in the way that was asked for, or that works.
type links struct {
	way    study.LinkWay
	strict bool // a condition that this way cannot do is refused, and not done in another way
	traces *netem.Traces
}

// chooseLinks settles how networks are emulated, by the setting --netem. works tells whether
// the kernel way does; it is asked only where that matters.
func chooseLinks(setting string, works func() error) (links, error) {
	if setting == string(study.UserspaceWay) {
		return links{way: study.UserspaceWay}, nil
	}
	switch err := works(); {
	case err == nil:
		return links{way: study.KernelWay, strict: setting != auto}, nil
	case setting == auto:
		slog.Info("networks are emulated in userspace: the kernel way does not work here", "reason", explain(err))
		return links{way: study.UserspaceWay}, nil
	default:
		return links{}, study.Refuse(study.ErrConflict, "--netem kernel does not work here: %s. With auto or userspace the program emulates networks itself.", explain(err))
	}
}

// newLinks is chooseLinks for this machine. It also clears up after links whose process died.
func newLinks(ctx context.Context, c Config) (links, error) {
	swept, err := kernel.Sweep()
	if err != nil {
		slog.Warn("what earlier links left behind could not be removed", "error", err)
	}
	if len(swept) > 0 {
		slog.Info("removed what earlier links had left behind", "links", swept)
	}
	l, err := chooseLinks(c.Netem, func() error {
		_, err := kernel.Works(ctx, "probe")
		return err
	})
	l.traces = netem.NewTraces(c.networksDir())
	return l, err
}

// calibrator measures links like those that open opens.
func (l links) calibrator() netembench.Calibrator {
	return netembench.Calibrator{Traces: l.traces, Open: func(n study.Network, seed uint64) (netem.Link, study.LinkWay, error) {
		return l.open("calibrate", n, seed)
	}}
}

// open opens a link named after what it is for, and says in which way.
func (l links) open(name string, n study.Network, seed uint64) (netem.Link, study.LinkWay, error) {
	if l.way == study.KernelWay {
		link, err := kernel.New(name, n, seed)
		if err == nil {
			return link, study.KernelWay, nil
		}
		if l.strict || !errors.Is(err, study.ErrInvalid) || n.Validate() != nil {
			return nil, "", err
		}
		slog.Info("a network is emulated in userspace", "link", name, "network", n, "reason", explain(err))
	}
	link, err := userspace.NewWith(l.traces, n, seed)
	if err != nil {
		return nil, "", err
	}
	return link, study.UserspaceWay, nil
}
