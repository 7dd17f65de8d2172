package session

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"vmstudy/stream"
	"vmstudy/stream/mount"
	"vmstudy/stream/store"
	"vmstudy/stream/wire"
	"vmstudy/study"
)

// serveOrigin serves the appliance at the far end of the link.
func (o *opening) serveOrigin(context.Context) error {
	sources, err := o.sources()
	if err != nil {
		return err
	}
	origin, err := stream.NewOrigin(o.content, sources...)
	if err != nil {
		return err
	}
	if o.left != nil {
		return o.serve(origin)
	}
	if o.repertoire, err = findRepertoire(o.app.Dir, o.request.Traces, o.request.Frozen); errors.Is(err, study.ErrConflict) {
		o.desktop.warned(o.request, err)
	} else if err != nil {
		return err
	}
	o.desktop.report.Desktop.Repertoire = o.repertoire.name
	name := bundleName(o.request.Condition.Task.ID, o.request.Condition.Strategy.OrBest())
	offered, err := offerBundle(origin, o.repertoire.dir, name)
	if err != nil {
		return err
	}
	if offered {
		o.bundle = name
	}
	return o.serve(origin)
}

// serve lets near ends reach the origin at the far end of the link.
func (o *opening) serve(origin *stream.Origin) error {
	l, err := o.link.ListenFar(originPort)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	served := make(chan error, 1)
	go func() { served <- origin.Serve(ctx, l) }()
	o.onClose("origin", func(context.Context) error {
		cancel(errDesktopClosed)
		if err := <-served; !errors.Is(err, errDesktopClosed) && !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	})
	return nil
}

var errDesktopClosed = errors.New("desktop closed")

// sources opens the images that the origin serves: from the store if it has this build of the appliance,
// else from the appliance's files.
func (o *opening) sources() ([]wire.Source, error) {
	if o.left != nil {
		return leftImages(o.left, o.app.RAM), nil
	}
	if o.lab.StoreDir != "" {
		if sources, err := o.stored(); !errors.Is(err, study.ErrNotFound) {
			return sources, err
		}
	}
	sources, release, err := OpenImages(o.files)
	if err != nil {
		return nil, err
	}
	o.onClose("images", func(context.Context) error { return release() })
	return sources, nil
}

// stored opens the appliance in the store. It is study.ErrNotFound if the store lacks the appliance or
// has another build of it.
func (o *opening) stored() ([]wire.Source, error) {
	s, err := store.Open(o.lab.StoreDir)
	if err != nil {
		return nil, err
	}
	o.onClose("store", func(context.Context) error { return s.Close() })
	ix, err := s.Index(o.app.Name)
	if err != nil {
		return nil, err
	}
	if ix.Content != o.app.Content() {
		return nil, fmt.Errorf("this build of appliance %s in the store: %w", o.app.Name, study.ErrNotFound)
	}
	return s.Sources(ix), nil
}

// connect connects the near end of the stream, which begins to fetch what the strategy chooses.
func (o *opening) connect(ctx context.Context) error {
	traces, err := readTraces(o.repertoire.dir, o.request.Condition.Task.ID)
	if err != nil {
		return err
	}
	strategy := o.request.Condition.Strategy.OrBest()
	options := stream.Options{
		Strategy: strategy, Traces: traces, Bundle: o.bundle, Dir: o.lab.RunDir, Patience: o.lab.Patience, Stalled: o.stalled(),
	}
	if o.request.Condition.Warm {
		options.Cache = o.lab.Cache
	}
	near, err := stream.Open(ctx, func(ctx context.Context) (net.Conn, error) {
		return o.link.DialNear(ctx, originPort)
	}, options)
	if err != nil {
		return err
	}
	o.near, o.desktop.near = near, near
	o.desktop.report.Desktop.Strategy, o.desktop.report.Desktop.Warm = strategy, o.request.Condition.Warm
	o.onClose("stream", func(ctx context.Context) error {
		err := near.Close()
		if ctx.Err() != nil { // too late: the participant may have been told that everything is erased
			return err
		}
		return errors.Join(err, keepSession(o.lab.TracesDir, o.request.Attempt, time.Now(), o.desktop.touched()))
	})

	asked := o.desktop.asked
	o.desktop.watching.Go(func() { // notes when everything foreseen has arrived
		ctx := context.WithoutCancel(ctx)
		if near.Loaded(ctx, 0) != nil {
			return
		}
		if planned := near.Progress().Of; near.Loaded(ctx, planned) == nil && planned > 0 {
			o.desktop.mu.Lock()
			o.desktop.report.Desktop.Loaded = time.Since(asked)
			o.desktop.mu.Unlock()
		}
	})
	return nil
}

// mount makes memory and disk available as files of a FUSE mount. The device state, which QEMU reads
// completely at its start, is fetched meanwhile into a plain file.
func (o *opening) mount(context.Context) error {
	dir, err := os.MkdirTemp(o.lab.RunDir, "stream-")
	if err != nil {
		return err
	}
	o.onClose("directory of the stream", func(context.Context) error { return os.RemoveAll(dir) })
	// Only the user of this process may enter: QEMU opens its files before it changes its user.
	point := filepath.Join(dir, "images")
	if err := os.Mkdir(point, 0o700); err != nil {
		return err
	}
	m, err := mount.At(point, o.near)
	if err != nil {
		return err
	}
	o.use(m)
	o.files.Device = filepath.Join(dir, deviceImage)
	return nil
}

// mounted is a directory with the images of the near end. It is implemented by mount.Mount.
type mounted interface {
	Path(image string) string
	Warning() error // nil if the mount is as it should be
	Close() error
}

// use makes the machine read what m shows. If m is not as it should be, the attempt's record says so.
func (o *opening) use(m mounted) {
	o.onClose("mount", func(context.Context) error {
		// The machine has ended, but a read that it began may still wait for the link. Closing the near end
		// ends that read.
		return errors.Join(o.near.Close(), m.Close())
	})
	if warning := m.Warning(); warning != nil {
		o.desktop.warned(o.request, warning)
	}
	o.files.Memory, o.files.Disk = m.Path(memoryImage), m.Path(diskImage)
	o.files.Partial = true
	o.files.Fetch, o.files.Passed = o.fetchDevice, o.near.Passed
	if o.left == nil {
		o.files.Hold = o.holdAtFirst
	}
}

// fetchDevice copies the device state from the near end into a plain file. This process serves the
// mount, so it must not read from it.
func (o *opening) fetchDevice(ctx context.Context) error {
	for _, image := range o.near.Images() {
		if image.Name != deviceImage {
			continue
		}
		content, err := o.near.Fetch(ctx, image, func(b stream.Buffering) { o.tell(loading(b)) })
		if err != nil {
			return fmt.Errorf("fetching the device state: %w", err)
		}
		return os.WriteFile(o.files.Device, content, 0o600)
	}
	return fmt.Errorf("image %q: %w", deviceImage, study.ErrNotFound)
}
