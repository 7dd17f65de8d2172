package session

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"vmstudy/stream"
	"vmstudy/stream/forecast"
	"vmstudy/stream/wire"
	"vmstudy/study"
	"vmstudy/vmhost"
)

// Rehearsed says what of an appliance a variant of it has.
type Rehearsed struct {
	By         []string         // the rehearsals, by the names of their scripts
	Tasks      []study.TaskID   // that have bundles
	Strategies []study.Strategy // by which streams begin with bundles
}

// Rehearsals returns the names of the scripts that streams of the appliance in dir learn from, in order.
func Rehearsals(dir string) (names []string, err error) {
	paths, err := traceFiles(filepath.Join(dir, tracesDir), rehearsalPrefix)
	for _, path := range paths {
		names = append(names, strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), rehearsalPrefix), traceEnding))
	}
	return names, err
}

// Variant makes the directory dir, with an appliance that differs from app only in its rehearsals: it has some of app's, and bundles
// that are packed from these. Its images are app's. Comparisons use it.
func Variant(ctx context.Context, app vmhost.Appliance, dir string, of Rehearsed, show func(done, total int)) (vmhost.Appliance, error) {
	v, err := bare(app, dir)
	if err != nil {
		return vmhost.Appliance{}, err
	}
	for _, script := range of.By {
		if err := linkFile(app, v, filepath.Join(tracesDir, rehearsalPrefix+script+traceEnding)); err != nil {
			return vmhost.Appliance{}, err
		}
	}
	bundled := v
	bundled.Tasks = slices.DeleteFunc(slices.Clone(app.Tasks), func(t study.Task) bool { return !slices.Contains(of.Tasks, t.ID) })
	return v, PackBundles(ctx, bundled, of.Strategies, show)
}

// bare makes an appliance in dir that has app's images, and no rehearsals yet.
func bare(app vmhost.Appliance, dir string) (vmhost.Appliance, error) {
	v := app
	v.Dir = dir
	if err := os.MkdirAll(filepath.Join(dir, tracesDir), 0o755); err != nil {
		return vmhost.Appliance{}, err
	}
	files := app.LocalFiles()
	for _, path := range []string{files.Memory, files.Disk, files.Device} {
		if err := linkFile(app, v, filepath.Base(path)); err != nil {
			return vmhost.Appliance{}, err
		}
	}
	return v, nil
}

// linkFile makes a symbolic link in an appliance to the file of that name in another one.
func linkFile(of, in vmhost.Appliance, name string) error {
	from, err := filepath.Abs(of.Dir)
	if err != nil {
		return err
	}
	return os.Symlink(filepath.Join(from, name), filepath.Join(in.Dir, name))
}

// PackedSize returns how many bytes a bundle takes of all that accesses name, and of the whole state of the
// devices, which every stream needs.
func PackedSize(ctx context.Context, app vmhost.Appliance, accesses []forecast.Access) (size int64, err error) {
	err = withOrigin(app, func(origin *stream.Origin) error {
		chunks, err := deviceChunks(app)
		if err != nil {
			return err
		}
		for _, a := range accesses {
			if int(a.Image) != deviceNumber {
				chunks = append(chunks, a.Chunk)
			}
		}
		size, err = origin.PackedSize(ctx, chunks)
		return err
	})
	return size, err
}

// deviceChunks lists the chunks of the state of an appliance's devices.
func deviceChunks(app vmhost.Appliance) (chunks []wire.Chunk, err error) {
	info, err := os.Stat(app.LocalFiles().Device)
	if err != nil {
		return nil, fmt.Errorf("state of the devices: %w", err)
	}
	for i := range (info.Size() + wire.ChunkSize - 1) / wire.ChunkSize {
		chunks = append(chunks, wire.Chunk{Image: deviceNumber, Index: uint32(i)})
	}
	return chunks, nil
}
