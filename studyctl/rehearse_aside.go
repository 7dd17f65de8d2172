package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"path"
	"strings"
	"time"

	"vmstudy/appliances"
	"vmstudy/document"
	"vmstudy/session/rehearsing"
	"vmstudy/study"
)

// rehearseAside makes the server rehearse an appliance while it has nothing else to do. adopted is called when streams have
// learned from that; it may fail.
func (h *house) rehearseAside(appliance string, adopted func(context.Context) error) error {
	recipe, err := appliances.Recipe(appliance)
	if err != nil {
		return err
	}
	more, err := scriptsIn(recipe, "rehearsals/more/*.txt")
	if err != nil {
		return err
	}
	unseen, err := scriptsIn(recipe, "rehearsals/unseen/*.txt")
	if err != nil {
		return err
	}
	h.aside = &aside{adopted: adopted, Runner: rehearsing.New(rehearsing.Config{
		Stage:   rehearsing.On(newLab(h.cfg, h.host, h.cfg.streamsDir()), appliance, usualStrategies),
		Scripts: more, Unseen: unseen, Busy: h.busy,
	})}
	return nil
}

// busy reports whether somebody is at a desktop, if only for a preview, or a calibration runs.
func (h *house) busy() bool {
	return h.calibrate.Busied() || len(h.conductor.Live()) > 0 || h.conductor.Previewing()
}

// clear stops what the server does while nobody needs it, because somebody begins something that it would disturb.
func (h *house) clear(ctx context.Context) error { return h.aside.yield(ctx) }

// aside is what a server does while nobody needs it. nil does nothing.
type aside struct {
	*rehearsing.Runner
	adopted func(context.Context) error
}

// run works until it is done or ctx ends. A server that cannot rehearse serves all the same.
func (a *aside) run(ctx context.Context) error {
	if a == nil {
		return nil
	}
	grown, err := a.Run(ctx)
	if grown && err == nil {
		err = a.adopted(ctx)
	}
	if err != nil && ctx.Err() == nil {
		slog.Warn("the machines are not rehearsed any further until the next start", "err", err)
	}
	return nil
}

func (a *aside) yield(ctx context.Context) error {
	if a == nil {
		return nil
	}
	return a.Yield(ctx)
}

// scriptsIn reads the scripts that the pattern names, each under the name of its file.
func scriptsIn(recipe fs.FS, pattern string) (scripts []rehearsing.Script, err error) {
	paths, err := fs.Glob(recipe, pattern)
	if err != nil {
		return nil, err
	}
	for _, p := range paths {
		s, err := readScript(recipe, p)
		if err != nil {
			return nil, err
		}
		scripts = append(scripts, rehearsing.Script{Name: strings.TrimSuffix(path.Base(p), ".txt"), Script: s})
	}
	return scripts, nil
}

// renewDemo publishes the demo study once more, so that it is streamed by what was rehearsed meanwhile. If somebody has begun it or
// edited it, it stays as it is.
func (h *house) renewDemo(ctx context.Context, d demo) error {
	people, err := h.db.Participants(ctx, d.study)
	if err != nil {
		return err
	}
	for _, p := range people {
		if p.Session != 0 && !p.Simulated { // who was made up loses nothing
			return nil
		}
	}
	st, err := h.db.Study(ctx, d.study)
	if err != nil {
		return err
	}
	if st.Changed() {
		return nil // somebody has edited the draft, and has not published that
	}
	frozen, err := h.frozenDemo(st.Draft)
	if err != nil {
		return err
	}
	_, err = h.db.PublishDraft(ctx, d.study, document.Hash(st.Draft), frozen, d.by, time.Now())
	if errors.Is(err, study.ErrConflict) { // somebody has edited it meanwhile
		return nil
	}
	return err
}
