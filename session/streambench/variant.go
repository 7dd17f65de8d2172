package streambench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"vmstudy/bench"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/vmhost"
)

// variant is the appliance with some of its rehearsals. It has bundles that are made of them for every strategy that is
// measured with it.
type variant struct {
	name       string // under which the lab knows it
	rehearsals []string
}

// variants lists the variants of an appliance that has these rehearsals: with all of them, and with the few that are always
// played. If there are no more than these few, unable says so.
func (c Config) variants(has []string) (all []variant, unable error) {
	all = []variant{{"all", has}}
	few := slices.DeleteFunc(slices.Clone(c.Few), func(name string) bool { return !slices.Contains(has, name) })
	if len(few) >= len(has) {
		return all, bench.Unable{Why: fmt.Sprintf("the appliance has %d rehearsals and no more: studyctl appliance trace %s --more", len(has), c.Appliance)}
	}
	return append(all, variant{"few", few}), nil
}

// withVariants makes the variants of the appliance that the cells need, and lets do use a lab that knows them by their
// names.
func (c Config) withVariants(ctx context.Context, cells []cell, show func(done, total int), do func(Config) error) (err error) {
	app, err := c.Lab.Appliance(c.Appliance)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(c.Lab.RunDir, "variants-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	made := map[string]vmhost.Appliance{}
	for _, need := range c.needs(cells) {
		v, err := session.Variant(ctx, app, filepath.Join(dir, need.variant.name), need.of, show)
		if err != nil {
			return fmt.Errorf("the appliance with %d rehearsals: %w", len(need.variant.rehearsals), err)
		}
		made[need.variant.name] = v
	}
	lab, installed := *c.Lab, c.Lab.Appliance
	lab.Appliance = func(name string) (vmhost.Appliance, error) {
		if v, is := made[name]; is {
			return v, nil
		}
		return installed(name)
	}
	c.Lab = &lab
	return do(c)
}

// need is a variant, with the strategies and tasks for which it is used.
type need struct {
	variant variant
	of      session.Rehearsed
}

// needs lists what the cells need, each variant once.
func (c Config) needs(cells []cell) (all []need) {
	for _, one := range cells {
		if one.strategy == "" {
			continue
		}
		i := slices.IndexFunc(all, func(n need) bool { return n.variant.name == one.variant.name })
		if i < 0 {
			i = len(all)
			all = append(all, need{one.variant, session.Rehearsed{By: one.variant.rehearsals}})
		}
		of := &all[i].of
		if task := c.Scripts[one.script].Task; !slices.Contains(of.Tasks, task) {
			of.Tasks = append(of.Tasks, task)
		}
		if !slices.Contains(of.Strategies, one.strategy) {
			of.Strategies = append(of.Strategies, one.strategy)
		}
	}
	return all
}

// limits returns for each task that is streamed how many bytes the link has to carry at least.
func (c Config) limits(ctx context.Context, cells []cell) (map[study.TaskID]int64, error) {
	app, err := c.Lab.Appliance(c.Appliance)
	if err != nil {
		return nil, err
	}
	sizes := map[study.TaskID]int64{}
	for _, one := range cells {
		task := c.Scripts[one.script].Task
		if _, known := sizes[task]; known || one.strategy == "" {
			continue
		}
		if sizes[task], err = limit(ctx, app, task); err != nil {
			return nil, err
		}
	}
	return sizes, nil
}

// limit returns how many bytes the resume set of a task and the state of the devices take, packed as the product packs
// them. It is the average over the task's rehearsals.
func limit(ctx context.Context, app vmhost.Appliance, task study.TaskID) (int64, error) {
	traces, err := session.RehearsalsOf(app.Dir, task)
	if err != nil {
		return 0, err
	}
	if len(traces) == 0 {
		return 0, fmt.Errorf("no rehearsal of task %s: %w", task, study.ErrNotFound)
	}
	var sum atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.NumCPU())
	for _, t := range traces {
		g.Go(func() error {
			size, err := session.PackedSize(ctx, app, t.ResumeSet())
			sum.Add(size)
			return err
		})
	}
	err = g.Wait()
	return sum.Load() / int64(len(traces)), err
}
