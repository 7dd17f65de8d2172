package main

import (
	"context"
	"errors"
	"fmt"
	"image/png"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"vmstudy/appliances"
	"vmstudy/files"
	"vmstudy/session"
	"vmstudy/stream/forecast"
	"vmstudy/study"
	"vmstudy/studyctl/cli"
	"vmstudy/vmhost"
)

type applianceTraceCmd struct {
	Name   string `arg:"" help:"Name of the appliance; its recipe holds the scripts."`
	More   bool   `help:"Play the scripts in rehearsals/more too: streams foresee better, and it takes minutes."`
	Script string `help:"Play only the script in this file, and keep the appliance's traces as they are." type:"existingfile"`
	Out    string `help:"Write the trace of --script to this file." type:"path"`
}

// Run rehearses the appliance's tasks and replaces its traces, or records a single one.
func (cmd applianceTraceCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	if (cmd.Script == "") != (cmd.Out == "") {
		return study.Refuse(study.ErrInvalid, "--script and --out go together")
	}
	show := cli.NewProgress(t.Log)
	defer show.Done()
	return withToolHost(ctx, c, func(host *vmhost.Host, dir string) error {
		lab := newLab(c, host, dir)
		if cmd.Script == "" {
			app, err := lab.Appliance(cmd.Name)
			if err != nil {
				return err
			}
			instead, err := session.PresentRepertoire(app)
			if err != nil {
				return err
			}
			runs, err := rehearse(ctx, lab, cmd.Name, cmd.More, show)
			if err != nil {
				return err
			}
			return session.Adopt(ctx, app, runs, instead, usualStrategies, showPacking(cmd.Name, show))
		}
		show.Steps("Playing "+cmd.Script, 0, 1)
		trace, err := rehearseOne(ctx, lab, cmd.Name, os.DirFS(filepath.Dir(cmd.Script)), filepath.Base(cmd.Script))
		if err != nil {
			return err
		}
		return files.Write(cmd.Out, 0o644, func(w io.Writer) error { return forecast.WriteTrace(w, trace) })
	})
}

// rehearse plays the scripts of the recipe, and returns what each run touched.
func rehearse(ctx context.Context, lab *session.Lab, name string, more bool, show *cli.Progress) (runs []session.Run, err error) {
	recipe, err := appliances.Recipe(name)
	if err != nil {
		return nil, err
	}
	scripts, err := rehearsals(recipe, more)
	if err != nil {
		return nil, err
	}
	for i, path := range scripts {
		show.Steps("Rehearsing the tasks of "+name, i, len(scripts))
		trace, err := rehearseOne(ctx, lab, name, recipe, path)
		var failed *session.RehearsalError
		if errors.As(err, &failed) && ctx.Err() == nil {
			// A robot may miss a click. What it has touched until then is as useful as a trace to the end.
			slog.Warn("a rehearsal did not come to its end", "script", path, "err", err)
			trace, err = failed.Trace, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		runs = append(runs, session.Run{Script: strings.TrimSuffix(filepath.Base(path), ".txt"), Trace: trace})
	}
	return runs, nil
}

// rehearsals lists the scripts from which strategies learn. Those in the directory more take minutes. They show other ways
// in which people may do the tasks.
func rehearsals(recipe fs.FS, more bool) ([]string, error) {
	scripts, err := fs.Glob(recipe, "rehearsals/*.txt")
	if err == nil && more {
		var others []string
		others, err = fs.Glob(recipe, "rehearsals/more/*.txt")
		scripts = append(scripts, others...)
	}
	return scripts, err
}

// rehearseOne plays one script. If it fails, it keeps a picture of the screen.
func rehearseOne(ctx context.Context, lab *session.Lab, name string, recipe fs.FS, path string) (forecast.Trace, error) {
	script, err := readScript(recipe, path)
	if err != nil {
		return forecast.Trace{}, err
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

func readScript(recipe fs.FS, path string) (session.Script, error) {
	f, err := recipe.Open(path)
	if err != nil {
		return session.Script{}, err
	}
	script, err := session.ParseScript(f)
	return script, errors.Join(err, f.Close())
}

func writePNG(path string, failed *session.RehearsalError) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(png.Encode(f, failed.Screen), f.Close())
}
