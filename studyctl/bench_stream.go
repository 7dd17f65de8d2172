package main

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"vmstudy/appliances"
	"vmstudy/session"
	"vmstudy/session/streambench"
	"vmstudy/study"
	"vmstudy/vmhost"
)

type benchStreamCmd struct {
	benchFlags `embed:""`
	Appliance  string `help:"The installed appliance to measure with." default:"demo"`
	Network    string `help:"Measure only over this network: 7.2/120, 14.4/60 or 50/20."`
	Script     string `help:"Measure only with this script: type, practice or paint."`
}

// Run lets a robot do tasks that no stream has learned from, in streamed desktops.
func (cmd benchStreamCmd) Run(ctx context.Context, c Config, t terminal) error {
	scripts, err := unseenScripts(cmd.Appliance)
	if err != nil {
		return err
	}
	if _, known := scripts[cmd.Script]; cmd.Script != "" && !known {
		return study.Refuse(study.ErrInvalid, "--script is one of %s", strings.Join(slices.Sorted(maps.Keys(scripts)), ", "))
	}
	if names := streambench.Networks(); cmd.Network != "" && !slices.Contains(names, cmd.Network) {
		return study.Refuse(study.ErrInvalid, "--network is one of %s", strings.Join(names, ", "))
	}
	return withToolHost(ctx, c, func(host *vmhost.Host, dir string) error {
		return cmd.measure(ctx, t, streambench.Bench(streambench.Config{
			Lab: newLab(c, host, dir), Appliance: cmd.Appliance, Scripts: scripts, Quick: "type",
			Network: cmd.Network, Script: cmd.Script,
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
