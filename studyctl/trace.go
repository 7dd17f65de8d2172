package main

import (
	"context"
	"errors"
	"fmt"
	"image/png"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"vmstudy/appliances"
	"vmstudy/session"
	"vmstudy/stream"
	"vmstudy/stream/forecast"
	"vmstudy/vmhost"
)

type applianceTraceCmd struct {
	Name string `arg:"" help:"Name of the appliance; its recipe holds the scripts."`
}

// Run rehearses the appliance's tasks and replaces its trace.
func (cmd applianceTraceCmd) Run(ctx context.Context, c Config, t terminal) error {
	recipe, err := appliances.Recipe(cmd.Name)
	if err != nil {
		return err
	}
	show := newProgress(t.err)
	defer show.done()
	return withToolHost(ctx, c, func(host *vmhost.Host, dir string) error {
		return rehearse(ctx, newLab(c, host, dir), cmd.Name, recipe, show)
	})
}

// rehearse plays every script of the recipe and keeps the union of what the runs touched.
func rehearse(ctx context.Context, lab *session.Lab, name string, recipe fs.FS, show *progress) error {
	app, err := lab.Appliance(name)
	if err != nil {
		return err
	}
	scripts, err := fs.Glob(recipe, "rehearsals/*.txt")
	if err != nil {
		return err
	}
	var traces []stream.Trace
	for i, path := range scripts {
		show.steps("Rehearsing the tasks of "+name, i, len(scripts))
		trace, err := rehearseOne(ctx, lab, name, recipe, path)
		var failed *session.RehearsalError
		if errors.As(err, &failed) && ctx.Err() == nil {
			// A robot is clumsy. What it touched is worth as much as if it had come to the end.
			slog.Warn("a rehearsal did not come to its end", "script", path, "err", err)
			trace, err = failed.Trace, nil
		}
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		traces = append(traces, trace)
	}
	all, err := forecast.Union(traces...)
	if err != nil {
		return err
	}
	return session.WriteTrace(app.Dir, all)
}

// rehearseOne plays one script. When it fails, a picture of the screen is kept.
func rehearseOne(ctx context.Context, lab *session.Lab, name string, recipe fs.FS, path string) (stream.Trace, error) {
	f, err := recipe.Open(path)
	if err != nil {
		return stream.Trace{}, err
	}
	script, err := session.ParseScript(f)
	if err := errors.Join(err, f.Close()); err != nil {
		return stream.Trace{}, err
	}
	trace, err := lab.Rehearse(ctx, name, script)
	var failed *session.RehearsalError
	if errors.As(err, &failed) {
		picture := filepath.Join(filepath.Dir(lab.RunDir), "rehearsal-failed.png")
		if pictureErr := writePNG(picture, failed); pictureErr == nil {
			err = fmt.Errorf("%w; the screen at that moment is in %s", err, picture)
		}
	}
	return trace, err
}

func writePNG(path string, failed *session.RehearsalError) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(png.Encode(f, failed.Screen), f.Close())
}
