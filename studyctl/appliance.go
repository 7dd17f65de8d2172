package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"text/tabwriter"

	"vmstudy/appliances"
	"vmstudy/study"
	"vmstudy/vmhost"
)

type applianceCmd struct {
	Build  applianceBuildCmd  `cmd:"" help:"Build an appliance from its recipe, out of Debian packages."`
	List   applianceListCmd   `cmd:"" help:"List the installed appliances."`
	Trace  applianceTraceCmd  `cmd:"" help:"Let a robot rehearse an appliance's tasks again, and record what they touch."`
	Verify applianceVerifyCmd `cmd:"" help:"Check an appliance's files against its manifest."`
}

type applianceBuildCmd struct {
	Name      string `arg:"" help:"Name of the recipe, as in: demo."`
	IfMissing bool   `help:"Do nothing if it is installed and fits this machine."`
}

// Run builds the appliance and rehearses its tasks.
func (cmd applianceBuildCmd) Run(ctx context.Context, c Config, t terminal) error {
	show := newProgress(t.err)
	defer show.done()
	if cmd.IfMissing {
		return buildIfMissing(ctx, c, cmd.Name, show)
	}
	return buildAppliance(ctx, c, cmd.Name, show)
}

// buildIfMissing builds an appliance unless it is installed and fits this machine.
func buildIfMissing(ctx context.Context, c Config, name string, show *progress) error {
	app, err := c.appliance(name)
	if err == nil {
		err = withToolHost(ctx, c, func(host *vmhost.Host, _ string) error { return host.Check(ctx, app) })
	}
	if err == nil || !errors.Is(err, study.ErrNotFound) && !errors.Is(err, study.ErrConflict) {
		return err
	}
	return buildAppliance(ctx, c, name, show)
}

// buildAppliance builds an appliance and lets a robot rehearse its tasks, so that it can be
// streamed well.
func buildAppliance(ctx context.Context, c Config, name string, show *progress) error {
	recipe, err := appliances.Recipe(name)
	if err != nil {
		return err
	}
	return withToolHost(ctx, c, func(host *vmhost.Host, dir string) error {
		into := filepath.Join(c.appliancesDir(), name)
		if _, err := host.Build(ctx, recipe, into, show.steps); err != nil {
			return fmt.Errorf("building appliance %s: %w", name, err)
		}
		if err := rehearse(ctx, newLab(c, host, dir), name, false, show); err != nil {
			return fmt.Errorf("rehearsing appliance %s: %w", name, err)
		}
		return nil
	})
}

type applianceListCmd struct{}

// Run lists the installed appliances with their tasks.
func (applianceListCmd) Run(ctx context.Context, c Config, t terminal) error {
	apps, err := vmhost.List(c.appliancesDir())
	if err != nil {
		return err
	}
	return withToolHost(ctx, c, func(host *vmhost.Host, _ string) error {
		w := tabwriter.NewWriter(t.out, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "NAME\tTITLE\tMEMORY\tTASKS\tFITS HERE")
		for _, a := range apps {
			fits := "yes"
			if err := host.Check(ctx, a); err != nil {
				fits = explain(err)
			}
			fmt.Fprintf(w, "%s\t%s\t%d MiB\t%d\t%s\n", a.Name, a.Title, a.RAM>>20, len(a.Tasks), fits)
		}
		return w.Flush()
	})
}

type applianceVerifyCmd struct {
	Name string `arg:"" help:"Name of the appliance."`
}

// Run checks every file's SHA-256.
func (cmd applianceVerifyCmd) Run(ctx context.Context, c Config, t terminal) error {
	app, err := c.appliance(cmd.Name)
	if err != nil {
		return err
	}
	show := newProgress(t.err)
	if err := app.Verify(ctx, show.steps); err != nil {
		return errors.Join(study.Refuse(study.ErrConflict, "appliance %s is damaged: build it again", cmd.Name), err)
	}
	show.done()
	_, err = fmt.Fprintln(t.out, cmd.Name, "is as it was built")
	return err
}
