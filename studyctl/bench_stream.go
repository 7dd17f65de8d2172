package main

import (
	"context"
	"errors"
	"io/fs"
	"path"
	"strings"

	"vmstudy/appliances"
	"vmstudy/session"
	"vmstudy/session/streambench"
	"vmstudy/vmhost"
)

type benchStreamCmd struct {
	benchFlags `embed:""`
	Appliance  string `help:"The installed appliance to measure with." default:"demo"`
}

// Run lets a robot do tasks that no stream has learned from, in streamed desktops.
func (cmd benchStreamCmd) Run(ctx context.Context, c Config, t terminal) error {
	scripts, err := unseenScripts(cmd.Appliance)
	if err != nil {
		return err
	}
	return withToolHost(ctx, c, func(host *vmhost.Host, dir string) error {
		return cmd.measure(ctx, t, streambench.Bench(streambench.Config{
			Lab: newLab(c, host, dir), Appliance: cmd.Appliance, Scripts: scripts, Quick: "type",
		}))
	})
}

// unseenScripts reads the scripts that are never learned from.
func unseenScripts(appliance string) (map[string]session.Script, error) {
	recipe, err := appliances.Recipe(appliance)
	if err != nil {
		return nil, err
	}
	paths, err := fs.Glob(recipe, "rehearsals/unseen/*.txt")
	if err != nil {
		return nil, err
	}
	scripts := map[string]session.Script{}
	for _, p := range paths {
		f, err := recipe.Open(p)
		if err != nil {
			return nil, err
		}
		script, err := session.ParseScript(f)
		if err := errors.Join(err, f.Close()); err != nil {
			return nil, err
		}
		scripts[strings.TrimSuffix(path.Base(p), ".txt")] = script
	}
	return scripts, nil
}
