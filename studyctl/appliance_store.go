package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"vmstudy/session"
	"vmstudy/stream/store"
	"vmstudy/study"
	"vmstudy/studyctl/cli"
	"vmstudy/vmhost"
)

// withStore lets do use the store of appliances.
func (c Config) withStore(do func(*store.Store) error) error {
	if err := c.makeData(); err != nil {
		return err
	}
	s, err := store.Open(c.storeDir())
	if err != nil {
		return err
	}
	return errors.Join(do(s), s.Close())
}

type appliancePackCmd struct {
	Name       string `arg:"" help:"Name of the appliance."`
	Strategies bool   `help:"Pack for every streaming strategy what its streams begin with, for studies that compare them; otherwise only the best strategy begins with a bundle. It takes some minutes."`
}

// Run packs an installed appliance and says how much room that saved.
func (cmd appliancePackCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	show := cli.NewProgress(t.Log)
	began := time.Now()
	strategies := usualStrategies
	if cmd.Strategies {
		strategies = study.Strategies()
	}
	f, err := packAppliance(ctx, c, cmd.Name, strategies, show)
	if err != nil {
		return err
	}
	show.Done()
	return tellFigures(t, cmd.Name, f, time.Since(began))
}

// usualStrategies are the strategies for which bundles are packed if nothing else is asked for. Studies that do not compare
// strategies use these.
var usualStrategies = []study.Strategy{study.BestStrategy}

// packAppliance puts the files of an installed appliance into the store, and packs the bundles with which its streams begin
// by some strategies.
func packAppliance(ctx context.Context, c Config, name string, strategies []study.Strategy, show *cli.Progress) (f store.Figures, err error) {
	app, err := c.appliance(name)
	if err != nil {
		return f, err
	}
	images, release, err := session.OpenImages(app.LocalFiles())
	if err != nil {
		return f, err
	}
	if err := packBundles(ctx, c, name, strategies, show); err != nil {
		return f, errors.Join(err, release())
	}
	err = c.withStore(func(s *store.Store) error {
		_, err := s.Pack(ctx, name, app.Content(), images, func(done, total int64) {
			show.Show("Packing "+name, done, total)
		})
		if err == nil {
			f, err = figuresOf(s, name)
		}
		return err
	})
	return f, errors.Join(err, release())
}

// packBundles packs the bundles with which streams of an installed appliance begin by some strategies.
func packBundles(ctx context.Context, c Config, name string, strategies []study.Strategy, show *cli.Progress) error {
	app, err := c.appliance(name)
	if err != nil {
		return err
	}
	return session.PackBundles(ctx, app, strategies, showPacking(name, show))
}

func showPacking(name string, show *cli.Progress) func(done, total int) {
	return func(done, total int) { show.Steps("Packing what the tasks of "+name+" begin with", done, total) }
}

func figuresOf(s *store.Store, name string) (store.Figures, error) {
	all, err := s.Figures()
	return all[name], err
}

func tellFigures(t cli.Terminal, name string, f store.Figures, took time.Duration) error {
	_, err := fmt.Fprintf(t.Out, "%s: %d MB, of which %d MB hold anything and %d MB differ, packed to %d MB (%.2f by what occurs again, %.2f by compression) in %.1f s\n",
		name, f.Size/1e6, f.Filled/1e6, f.Distinct/1e6, f.Stored/1e6, f.Dedup(), f.Compression(), took.Seconds())
	return err
}

type applianceVerifyCmd struct {
	Name string `arg:"" optional:"" help:"Name of the appliance. Without it: all."`
}

// errHurt is the error of a verification that has found damage.
var errHurt = study.Refuse(study.ErrConflict, "appliances are damaged")

// Run checks every file of the appliances against its SHA-256, and every chunk in the store.
func (cmd applianceVerifyCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	show := cli.NewProgress(t.Log)
	installed, damaged, err := cmd.verifyFiles(ctx, c, t, show)
	if err != nil {
		return err
	}
	packed, worse, err := cmd.verifyStore(ctx, c, t, show)
	switch {
	case err != nil:
		return err
	case cmd.Name != "" && !installed && !packed:
		_, err := c.appliance(cmd.Name)
		return err
	case damaged || worse:
		return errHurt
	}
	return nil
}

// verifyFiles verifies the files of installed appliances. It reports whether there are any to verify, and whether any is
// damaged.
func (cmd applianceVerifyCmd) verifyFiles(ctx context.Context, c Config, t cli.Terminal, show *cli.Progress) (known, damaged bool, err error) {
	apps, passed, err := vmhost.List(c.appliancesDir())
	if err != nil {
		return false, false, err
	}
	if cmd.Name == "" {
		damaged = slices.ContainsFunc(passed, func(p vmhost.Unusable) bool { return !p.Stray })
		if err := tellPassed(t, c.appliancesDir(), sentences(passed)); err != nil {
			return false, false, err
		}
	}
	for _, app := range apps {
		if cmd.Name != "" && cmd.Name != app.Name {
			continue
		}
		known = true
		unused, err := session.UnusedTraces(app.Dir)
		if err != nil {
			return known, damaged, err
		}
		if err := tellPassed(t, app.Dir, unused); err != nil {
			return known, damaged, err
		}
		err = app.Verify(ctx, show.Steps)
		show.Done()
		switch say := study.Sentence(err); {
		case err == nil:
			fmt.Fprintf(t.Out, "%s: the files are as they were built\n", app.Name)
		case say == "":
			return known, damaged, err
		default:
			damaged = true
			fmt.Fprintf(t.Out, "%s: %s\n", app.Name, say)
		}
	}
	return known, damaged, nil
}

// verifyStore does the same for the store, and names what is damaged.
func (cmd applianceVerifyCmd) verifyStore(ctx context.Context, c Config, t cli.Terminal, show *cli.Progress) (known, damaged bool, err error) {
	err = c.withStore(func(s *store.Store) error {
		names, err := s.Names()
		if err != nil {
			return err
		}
		strange, err := s.Strangers()
		if err == nil {
			err = tellPassed(t, c.storeDir(), strange)
		}
		if err != nil {
			return err
		}
		found, err := s.Verify(ctx, "", func(done, total int64) { show.Show("Reading the store", done, total) })
		show.Done()
		if err != nil {
			return err
		}
		hurt := map[string]bool{}
		for _, d := range found {
			if cmd.Name == "" || d.Appliance == cmd.Name {
				hurt[d.Appliance], damaged = true, true
				fmt.Fprintln(t.Out, d)
			}
		}
		for _, name := range names {
			if cmd.Name != "" && name != cmd.Name {
				continue
			}
			known = true
			switch {
			case hurt[name]:
				fmt.Fprintf(t.Out, "%s: mend it with: studyctl appliance pack %s (or import its disk again)\n", name, name)
			default:
				fmt.Fprintf(t.Out, "%s: the store has it as it was packed\n", name)
			}
		}
		return nil
	})
	return known, damaged, err
}

type applianceRemoveCmd struct {
	Name      string `arg:"" help:"Name of the appliance."`
	KeepFiles bool   `help:"Remove it from the store only: it is streamed from its files then."`
}

// Run removes an appliance. Machines that run keep the files that they have open.
func (cmd applianceRemoveCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	show := cli.NewProgress(t.Log)
	freed, packed := int64(0), true
	err := c.withStore(func(s *store.Store) (err error) {
		freed, err = s.Remove(ctx, cmd.Name, func(done, total int64) { show.Show("Giving back what nobody uses", done, total) })
		return err
	})
	if errors.Is(err, study.ErrNotFound) {
		packed, err = false, nil
	}
	if err != nil {
		return err
	}
	show.Done()
	app, err := c.appliance(cmd.Name)
	switch {
	case err == nil && !cmd.KeepFiles:
		if err := removeDir(app.Dir); err != nil {
			return err
		}
	case err != nil && !packed:
		return err
	}
	_, err = fmt.Fprintf(t.Out, "%s is removed; the store is %d MB smaller\n", cmd.Name, freed/1e6)
	return err
}

// removeDir removes a directory. It is renamed first, so that nobody finds a directory with half of its files.
func removeDir(dir string) error {
	gone, err := os.MkdirTemp(filepath.Dir(dir), ".removed-")
	if err != nil {
		return err
	}
	return errors.Join(os.Rename(dir, filepath.Join(gone, "appliance")), os.RemoveAll(gone))
}
