package main

import (
	"context"
	"maps"
	"path"
	"slices"
	"strings"

	"vmstudy/appliances"
	"vmstudy/session"
	"vmstudy/session/streambench"
	"vmstudy/study"
	"vmstudy/studyctl/cli"
	"vmstudy/vmhost"
)

type benchStreamCmd struct {
	cli.BenchFlags `embed:""`
	Appliance      string `help:"The installed appliance to measure with." default:"demo"`
	Network        string `help:"Measure only over this network: 7.2/120, 14.4/60 or 50/20."`
	Script         string `help:"Measure only with this script: type, practice or paint."`

	Strategy []study.Strategy `help:"Measure only these strategies, as in: --strategy best,order." placeholder:"STRATEGY"`
	Runs     int              `help:"Measure each condition so many times; 0: five times, or once with --quick. Something else comes between two of them." placeholder:"NUMBER"`
	Keep     string           `help:"Add each run to this file, and go on with the runs that are in it already: a bench of hours may be stopped." type:"path"`
}

// Run lets a robot do tasks in streamed desktops. No strategy has learned from these tasks.
func (cmd benchStreamCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	scripts, err := unseenScripts(cmd.Appliance)
	if err != nil {
		return err
	}
	if _, known := scripts[cmd.Script]; cmd.Script != "" && !known {
		return study.Refuse(study.ErrInvalid, "--script is one of %s", strings.Join(slices.Sorted(maps.Keys(scripts)), ", "))
	}
	for _, s := range cmd.Strategy {
		if !s.Valid() {
			return study.Refuse(study.ErrInvalid, "--strategy is some of %v", study.Strategies())
		}
	}
	few, err := usualRehearsals(cmd.Appliance)
	if err != nil {
		return err
	}
	if names := streambench.Networks(); cmd.Network != "" && !slices.Contains(names, cmd.Network) {
		return study.Refuse(study.ErrInvalid, "--network is one of %s", strings.Join(names, ", "))
	}
	return withToolHost(ctx, c, func(host *vmhost.Host, dir string) error {
		return cmd.Measure(ctx, t, streambench.Bench(streambench.Config{
			Lab: newLab(c, host, dir), Appliance: cmd.Appliance, Scripts: scripts, Few: few, Quick: "type",
			Runs: cmd.Runs, Keep: cmd.Keep,
			Network: cmd.Network, Script: cmd.Script, Strategies: cmd.Strategy, Version: cli.Version(),
		}))
	})
}

// usualRehearsals returns the names of the scripts that are rehearsed if no more are asked for.
func usualRehearsals(appliance string) (names []string, err error) {
	recipe, err := appliances.Recipe(appliance)
	if err != nil {
		return nil, err
	}
	paths, err := rehearsals(recipe, false)
	for _, p := range paths {
		names = append(names, strings.TrimSuffix(path.Base(p), ".txt"))
	}
	return names, err
}

// unseenScripts reads the scripts that are never rehearsed, so that no strategy learns from them.
func unseenScripts(appliance string) (map[string]session.Script, error) {
	recipe, err := appliances.Recipe(appliance)
	if err != nil {
		return nil, err
	}
	unseen, err := scriptsIn(recipe, "rehearsals/unseen/*.txt")
	scripts := map[string]session.Script{}
	for _, s := range unseen {
		scripts[s.Name] = s.Script
	}
	return scripts, err
}
