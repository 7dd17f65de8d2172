package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"vmstudy/appliances"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/studyctl/cli"
	"vmstudy/vmhost"
	"vmstudy/vmhost/build"
)

type applianceCmd struct {
	Build  applianceBuildCmd  `cmd:"" help:"Build an appliance from its recipe, out of Debian packages."`
	List   applianceListCmd   `cmd:"" help:"List the appliances that are installed or packed, what they cost, and what lies there and cannot be used."`
	Pack   appliancePackCmd   `cmd:"" help:"Put an installed appliance into the store, from which it is streamed: each page once, compressed, checked whenever it is read. What its tasks begin with is packed too, by the rehearsals."`
	Import applianceImportCmd `cmd:"" help:"Put the disk of a virtual machine into the store, from a file of qcow2, VMDK, VDI, VHDX, VHD, OVA or raw form. Room and time that it takes are those of what it holds, not of its size."`
	Remove applianceRemoveCmd `cmd:"" help:"Remove an appliance, and give back what no other one uses."`
	Trace  applianceTraceCmd  `cmd:"" help:"Let a robot rehearse an appliance's tasks again, and record what they touch."`
	Verify applianceVerifyCmd `cmd:"" help:"Read every byte of an appliance, of its files and in the store, name what is damaged, and what lies there and is not used."`
}

type applianceBuildCmd struct {
	Name      string `arg:"" help:"Name of the recipe, as in: demo."`
	IfMissing bool   `help:"Do nothing if it is installed and fits this machine."`
}

// Run builds the appliance and rehearses its tasks.
func (cmd applianceBuildCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	show := cli.NewProgress(t.Log)
	defer show.Done()
	if cmd.IfMissing {
		return buildIfMissing(ctx, c, cmd.Name, show)
	}
	return buildAppliance(ctx, c, cmd.Name, show)
}

// buildIfMissing builds an appliance unless it is installed and fits this machine.
func buildIfMissing(ctx context.Context, c Config, name string, show *cli.Progress) error {
	app, err := c.appliance(name)
	if err == nil {
		err = withToolHost(ctx, c, func(host *vmhost.Host, _ string) error { return host.Check(ctx, app) })
	}
	if err == nil || !errors.Is(err, study.ErrNotFound) && !errors.Is(err, study.ErrConflict) {
		return err
	}
	return buildAppliance(ctx, c, name, show)
}

// buildAppliance builds an appliance, lets a robot rehearse its tasks, so that it can be streamed
// well, and packs it.
func buildAppliance(ctx context.Context, c Config, name string, show *cli.Progress) error {
	recipe, err := appliances.Recipe(name)
	if err != nil {
		return err
	}
	// The rehearsals after the build need it. Nobody should wait for minutes to hear that it is missing.
	if _, err := examineFUSE(ctx, c, nil); err != nil {
		return err
	}
	return withToolHost(ctx, c, func(host *vmhost.Host, dir string) error {
		into := filepath.Join(c.appliancesDir(), name)
		if _, err := build.Appliance(ctx, host, recipe, into, show.Steps); err != nil {
			return fmt.Errorf("building appliance %s: %w", name, err)
		}
		lab := newLab(c, host, dir)
		runs, err := rehearse(ctx, lab, name, false, show)
		if err != nil {
			return fmt.Errorf("rehearsing appliance %s: %w", name, err)
		}
		app, err := lab.Appliance(name)
		if err != nil {
			return err
		}
		if err := session.KeepRuns(app, runs); err != nil { // packAppliance packs their bundles
			return err
		}
		_, err = packAppliance(ctx, c, name, usualStrategies, show)
		return err
	})
}
