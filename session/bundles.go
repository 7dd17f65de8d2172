package session

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"vmstudy/stream"
	"vmstudy/study"
	"vmstudy/vmhost"
)

// For each of its tasks an appliance has a bundle in its directory: the chunks that every stream of the task
// begins with. Bundles are made from the rehearsals, and made again after new rehearsals. Most studies stream by the
// best strategy, so there may be bundles for that alone; a comparison of strategies needs one for each.
const (
	bundlesDir   = "bundles"
	bundleEnding = ".bundle"
)

// bundleName returns the name of what streams of a task by a strategy begin with. It is empty for a strategy
// that brings nothing before it is asked. What the whole image is does not depend on the task. No task has a
// name with a dot.
func bundleName(task study.TaskID, s study.Strategy) string {
	switch s {
	case study.NoStrategy:
		return ""
	case study.ImageStrategy:
		return "." + string(s)
	case study.BestStrategy:
		return string(task)
	}
	return string(task) + "." + string(s)
}

func bundleFile(dir, name string) string { return filepath.Join(dir, bundlesDir, name+bundleEnding) }

// packing is a bundle to be made.
type packing struct {
	name     string
	task     study.TaskID
	strategy study.Strategy
}

// PackBundles makes the bundles of each task of an installed appliance, for the given strategies, from its present
// rehearsals. Bundles of other strategies are removed, since they may be of earlier rehearsals. A bundle takes
// one core about ten seconds, that of the whole image a minute. show is told how many are done.
func PackBundles(ctx context.Context, app vmhost.Appliance, strategies []study.Strategy, show func(done, total int)) error {
	todo := packings(app, strategies)
	if err := removeBundles(app.Dir, todo); err != nil {
		return err
	}
	return withOrigin(app, func(origin *stream.Origin) error {
		g, ctx := errgroup.WithContext(ctx)
		g.SetLimit(runtime.NumCPU())
		var done atomic.Int64
		show(0, len(todo))
		for _, p := range todo {
			g.Go(func() error {
				if err := p.pack(ctx, origin, app.Dir); err != nil {
					return fmt.Errorf("packing what task %s begins with by strategy %s: %w", p.task, p.strategy, err)
				}
				show(int(done.Add(1)), len(todo))
				return nil
			})
		}
		return g.Wait()
	})
}

// packings lists the bundles of all tasks by the strategies, each once.
func packings(app vmhost.Appliance, strategies []study.Strategy) (todo []packing) {
	for _, s := range strategies {
		for _, task := range app.Tasks {
			p := packing{bundleName(task.ID, s), task.ID, s}
			if p.name != "" && !slices.ContainsFunc(todo, func(q packing) bool { return q.name == p.name }) {
				todo = append(todo, p)
			}
		}
	}
	return todo
}

// removeBundles removes all bundles but those that are about to be made.
func removeBundles(dir string, keep []packing) error {
	entries, err := os.ReadDir(filepath.Join(dir, bundlesDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		name, is := strings.CutSuffix(e.Name(), bundleEnding)
		if !is || slices.ContainsFunc(keep, func(p packing) bool { return p.name == name }) {
			continue
		}
		if err := os.Remove(bundleFile(dir, name)); err != nil {
			return err
		}
	}
	return nil
}

func (p packing) pack(ctx context.Context, origin *stream.Origin, dir string) error {
	traces, err := readTraces(dir, p.task)
	if err != nil {
		return err
	}
	b, err := origin.PackFor(ctx, p.strategy, traces)
	if err != nil {
		return err
	}
	return writeFile(bundleFile(dir, p.name), func(w io.Writer) error { return stream.WriteBundle(w, b) })
}

// offerBundle makes the origin offer the bundle of a name. If there is none, or it does not fit the appliance,
// it is not offered, and the near end fetches its chunks one by one.
func offerBundle(origin *stream.Origin, dir, name string) (offered bool, err error) {
	if name == "" {
		return false, nil
	}
	f, err := os.Open(bundleFile(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	b, err := stream.ReadBundle(f)
	if err == nil {
		err = origin.Offer(name, b)
	}
	if err != nil {
		slog.Warn("a bundle is not used; `studyctl appliance pack` makes it anew", "file", f.Name(), "err", err)
	}
	return err == nil, f.Close()
}

// withOrigin calls do with an origin of an appliance's files. No near end connects to it.
func withOrigin(app vmhost.Appliance, do func(*stream.Origin) error) (err error) {
	sources, release, err := OpenImages(app.LocalFiles())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	origin, err := stream.NewOrigin(app.Content(), sources...)
	if err != nil {
		return err
	}
	return do(origin)
}
