package session

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"time"

	"vmstudy/stream"
	"vmstudy/stream/mount"
	"vmstudy/study"
)

// The images of an appliance, in the origin's order.
const (
	memoryImage = "memory"
	diskImage   = "disk"
	deviceImage = "device"
)

// around is how many pages to either side of one that is missed are fetched along with it.
const around = 16

// serveOrigin puts the appliance at the far end of the link.
func (o *opening) serveOrigin(ctx context.Context) error {
	sources, err := o.sources()
	if err != nil {
		return err
	}
	origin, err := stream.NewOrigin(contentID(o.app), sources...)
	if err != nil {
		return err
	}
	l, err := o.link.ListenFar(originPort)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	served := make(chan error, 1)
	go func() { served <- origin.Serve(ctx, l) }()
	o.desktop.onClose(func(context.Context) error {
		cancel(errDesktopClosed)
		if err := <-served; !errors.Is(err, errDesktopClosed) && !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	})
	return nil
}

var errDesktopClosed = errors.New("desktop closed")

// sources opens the appliance's files for the origin.
func (o *opening) sources() ([]stream.Source, error) {
	var sources []stream.Source
	for _, image := range []struct{ name, path string }{
		{memoryImage, o.files.Memory}, {diskImage, o.files.Disk}, {deviceImage, o.files.Device},
	} {
		f, err := os.Open(image.path)
		if err != nil {
			return nil, err
		}
		o.desktop.onClose(func(context.Context) error { return f.Close() })
		info, err := f.Stat()
		if err != nil {
			return nil, err
		}
		sources = append(sources, stream.Source{
			ImageInfo: stream.ImageInfo{Name: image.name, Size: info.Size()}, Content: f,
		})
	}
	return sources, nil
}

// load connects the near end and waits until the resume set is here. Without a trace there is
// nothing to wait for, and the machine will wait for each page instead.
func (o *opening) load(ctx context.Context) error {
	trace, err := readTrace(o.app.Dir)
	if err != nil {
		return err
	}
	near, err := stream.Open(ctx, func(ctx context.Context) (net.Conn, error) {
		return o.link.DialNear(ctx, originPort)
	}, stream.Options{Trace: trace, Around: around, CacheDir: o.lab.RunDir})
	if err != nil {
		return err
	}
	o.near, o.desktop.near = near, near
	o.desktop.onClose(func(context.Context) error { return near.Close() })

	o.desktop.watching.Go(func() { // for the record: when everything foreseen was here
		if near.Loaded(context.WithoutCancel(ctx), len(trace.Accesses)) == nil && len(trace.Accesses) > 0 {
			o.desktop.mu.Lock()
			o.desktop.report.Desktop.Loaded = time.Since(o.desktop.asked)
			o.desktop.mu.Unlock()
		}
	})
	return o.buffer(ctx, trace)
}

// buffer waits until so much of the trace is here that the rest will come in time, and tells
// how far that is.
func (o *opening) buffer(ctx context.Context, trace stream.Trace) error {
	began, before := time.Now(), o.near.Progress().Whole.Chunks
	tick := time.NewTicker(bufferTick)
	defer tick.Stop()
	for {
		p, after := o.near.Progress(), time.Since(began)
		head := trace.Head(float64(p.Whole.Chunks-before) / max(after, bufferTick).Seconds())
		if p.Whole.Chunks >= min(head, p.Whole.Of) {
			return nil
		}
		o.tell(loading(p, head, after))
		select {
		case <-tick.C:
		case <-o.near.Done():
			return fmt.Errorf("loading: %w", o.near.Err())
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// bufferTick is how often a person who waits is told how far it is.
const bufferTick = 200 * time.Millisecond

// loading says how far the first head chunks are, after so long.
func loading(p stream.Progress, head int, after time.Duration) Progress {
	var left float64 // bytes
	if missing := p.Whole.Of - p.Whole.Chunks; missing > 0 {
		left = float64(p.Whole.ExpectBytes) * float64(head-p.Whole.Chunks) / float64(missing)
	}
	out := Progress{Stage: loadStage, Done: p.WireBytes, Total: p.WireBytes + int64(left)}
	if p.WireBytes > 0 {
		out.Left = time.Duration(float64(after) * left / float64(p.WireBytes))
	}
	return out
}

// mount shows memory and disk as files and fetches the device state, which QEMU reads at once
// and whole.
func (o *opening) mount(ctx context.Context) error {
	dir, err := os.MkdirTemp(o.lab.RunDir, "stream-")
	if err != nil {
		return err
	}
	o.desktop.onClose(func(context.Context) error { return os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil { // QEMU runs as another user
		return err
	}
	device := filepath.Join(dir, deviceImage)
	if err := o.fetchDevice(ctx, device); err != nil {
		return fmt.Errorf("fetching the device state: %w", err)
	}

	point := filepath.Join(dir, "images")
	if err := os.Mkdir(point, 0o755); err != nil {
		return err
	}
	m, err := mount.At(point, o.near)
	if err != nil {
		return err
	}
	o.desktop.onClose(func(context.Context) error {
		// The machine is gone, but a read that it began may still wait for the link.
		return errors.Join(o.near.Close(), m.Close())
	})
	o.files.Memory, o.files.Disk, o.files.Device = m.Path(memoryImage), m.Path(diskImage), device
	o.files.Partial = true
	return nil
}

// fetchDevice copies the device state into a local file: this process serves the mount, so it
// must not read from it.
func (o *opening) fetchDevice(ctx context.Context, path string) error {
	for _, image := range o.near.Images() {
		if image.Name != deviceImage {
			continue
		}
		content := make([]byte, image.Size)
		if _, err := image.ReadAtContext(ctx, content, 0); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		return os.WriteFile(path, content, 0o644)
	}
	return fmt.Errorf("image %q: %w", deviceImage, study.ErrNotFound)
}

// traceFile is where an appliance keeps what earlier runs of it touched first.
func traceFile(dir string) string { return filepath.Join(dir, "trace") }

// readTrace reads the appliance's trace; an appliance without one has an empty trace.
func readTrace(dir string) (stream.Trace, error) {
	f, err := os.Open(traceFile(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return stream.Trace{}, nil
	}
	if err != nil {
		return stream.Trace{}, err
	}
	defer f.Close()
	return stream.ReadTrace(bufio.NewReader(f))
}
