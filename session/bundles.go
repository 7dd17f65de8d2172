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
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"vmstudy/stream"
	"vmstudy/study"
	"vmstudy/vmhost"
)

// For each of its tasks an appliance has a bundle in its directory: the chunks that every stream of the task
// begins with. Bundles are made from the rehearsals, and made again after new rehearsals.
const (
	bundlesDir   = "bundles"
	bundleEnding = ".bundle"
)

func bundleFile(dir string, task study.TaskID) string {
	return filepath.Join(dir, bundlesDir, string(task)+bundleEnding)
}

// PackBundles makes the bundle of each task of an installed appliance from its present rehearsals. Each takes
// one core about ten seconds. show is told how many are done.
func PackBundles(ctx context.Context, app vmhost.Appliance, show func(done, total int)) error {
	return withOrigin(app, func(origin *stream.Origin) error {
		g, ctx := errgroup.WithContext(ctx)
		g.SetLimit(runtime.NumCPU())
		var done atomic.Int64
		show(0, len(app.Tasks))
		for _, task := range app.Tasks {
			g.Go(func() error {
				if err := packBundle(ctx, origin, app.Dir, task.ID); err != nil {
					return fmt.Errorf("packing what task %s begins with: %w", task.ID, err)
				}
				show(int(done.Add(1)), len(app.Tasks))
				return nil
			})
		}
		return g.Wait()
	})
}

func packBundle(ctx context.Context, origin *stream.Origin, dir string, task study.TaskID) error {
	traces, err := readTraces(dir, task)
	if err != nil {
		return err
	}
	b, err := origin.Pack(ctx, traces)
	if err != nil {
		return err
	}
	return writeFile(bundleFile(dir, task), func(w io.Writer) error { return stream.WriteBundle(w, b) })
}

// offerBundle makes the origin offer the bundle of a task. If there is none, or it does not fit the appliance,
// the near end fetches its chunks one by one.
func offerBundle(origin *stream.Origin, dir string, task study.TaskID) error {
	f, err := os.Open(bundleFile(dir, task))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	b, err := stream.ReadBundle(f)
	if err == nil {
		err = origin.Offer(string(task), b)
	}
	if err != nil {
		slog.Warn("a bundle is not used; `studyctl appliance pack` makes it anew", "file", f.Name(), "err", err)
	}
	return f.Close()
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
