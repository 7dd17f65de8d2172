package session

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"vmstudy/stream/forecast"
	"vmstudy/study"
	"vmstudy/vmhost"
)

// A published version names the rehearsals by which its machines are streamed (study.Guest.Traces). Others may be rehearsed
// later. If streams of the version learned from these, later participants would get faster machines than earlier ones. So the
// rehearsals of a version, and the bundles that are made of them, are kept beside the present ones, in
// repertoires/NAME of the appliance's directory, where NAME is that of study.Repertoire. Traces are copied. Bundles are hard
// links, which take no room of their own as long as they are the present ones; nothing writes into a bundle.
const (
	repertoiresDir  = "repertoires"
	makingPrefix    = ".making-"    // of a directory that becomes a repertoire
	rehearsedPrefix = ".rehearsed-" // of a directory whose rehearsals become the present ones
)

// repertoire is a directory with rehearsals, in tracesDir, and with the bundles that are made of them, in bundlesDir.
type repertoire struct {
	dir  string
	name string // see study.Repertoire
}

// findRepertoire returns the wanted rehearsals of the appliance in dir. They may be the present ones or kept ones. If they are
// not there any more, or none are wanted, it returns the present ones.
func findRepertoire(dir string, wanted []study.TraceFile) (repertoire, error) {
	present, err := rehearsalFiles(dir)
	if err != nil {
		return repertoire{}, err
	}
	now, name := study.Repertoire(present), study.Repertoire(wanted)
	if name == "" || name == now {
		return repertoire{dir, now}, nil
	}
	kept := filepath.Join(dir, repertoiresDir, name)
	files, err := rehearsalFiles(kept)
	if err != nil {
		return repertoire{}, err
	}
	if study.Repertoire(files) == name {
		return repertoire{kept, name}, nil
	}
	slog.Warn("the rehearsals that a study's version names are not there any more, so it is streamed by the present ones",
		"appliance", filepath.Base(dir), "named", name, "present", now)
	return repertoire{dir, now}, nil
}

// keeping is held by whoever keeps a repertoire, since that removes what a crash may have left unfinished.
var keeping sync.Mutex

// KeepRepertoire keeps the present rehearsals of the appliance in dir, and the bundles that are made of them, for versions that
// name them. It returns the rehearsals, by name. If there are none, it keeps nothing.
func KeepRepertoire(dir string) ([]study.TraceFile, error) {
	present, err := rehearsalFiles(dir)
	if err != nil || len(present) == 0 {
		return nil, err
	}
	keeping.Lock()
	defer keeping.Unlock()
	at := filepath.Join(dir, repertoiresDir, study.Repertoire(present))
	if _, err := os.Stat(at); !errors.Is(err, fs.ErrNotExist) {
		return present, err
	}
	if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
		return nil, err
	}
	if err := sweep(filepath.Dir(at), makingPrefix); err != nil {
		return nil, err
	}
	making, err := os.MkdirTemp(filepath.Dir(at), makingPrefix)
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(making) //nolint:errcheck // it is gone if it has become the repertoire
	if err := copyRepertoire(dir, making); err != nil {
		return nil, fmt.Errorf("keeping the rehearsals of %s: %w", filepath.Base(dir), err)
	}
	if err := os.Rename(making, at); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return present, nil
}

// Adopt makes runs the present rehearsals of an appliance, with bundles for the strategies. The rehearsals until then stay for
// the versions that name them. If ctx ends while it packs, nothing changes.
func Adopt(ctx context.Context, app vmhost.Appliance, runs []Run, strategies []study.Strategy) error {
	if err := sweep(app.Dir, rehearsedPrefix); err != nil {
		return err
	}
	making, err := os.MkdirTemp(app.Dir, rehearsedPrefix)
	if err != nil {
		return err
	}
	defer os.RemoveAll(making) //nolint:errcheck // it holds nothing that is needed
	v, err := bare(app, making)
	if err != nil {
		return err
	}
	traces := map[string]forecast.Trace{}
	for _, r := range runs {
		traces[r.Script] = r.Trace
	}
	if err := KeepRehearsals(v, traces); err != nil {
		return err
	}
	if err := PackBundles(ctx, v, strategies, func(int, int) {}); err != nil {
		return err
	}
	if _, err := KeepRepertoire(app.Dir); err != nil {
		return err
	}
	if err := keepRehearsals(app.Dir, traces); err != nil {
		return err
	}
	return moveBundles(v.Dir, app.Dir)
}

// sweep removes the directories in dir whose names begin with prefix, which a crash may have left.
func sweep(dir, prefix string) error {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), prefix) {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
		}
	}
	return err
}

// moveBundles replaces the bundles in a directory by those in another one.
func moveBundles(from, to string) error {
	if err := os.RemoveAll(filepath.Join(to, bundlesDir)); err != nil {
		return err
	}
	err := os.Rename(filepath.Join(from, bundlesDir), filepath.Join(to, bundlesDir))
	if errors.Is(err, fs.ErrNotExist) { // the appliance has no tasks
		return nil
	}
	return err
}

// copyRepertoire brings the rehearsals and the bundles in dir to the empty directory into.
func copyRepertoire(dir, into string) error {
	if err := os.Chmod(into, 0o755); err != nil {
		return err
	}
	traces, err := traceFiles(filepath.Join(dir, tracesDir), rehearsalPrefix)
	if err != nil {
		return err
	}
	for _, path := range traces {
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		copied := filepath.Join(into, tracesDir, filepath.Base(path))
		if err := writeFile(copied, func(w io.Writer) error { _, err := w.Write(content); return err }); err != nil {
			return err
		}
	}
	bundles, err := os.ReadDir(filepath.Join(dir, bundlesDir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Mkdir(filepath.Join(into, bundlesDir), 0o755); err != nil {
		return err
	}
	for _, e := range bundles {
		if err := os.Link(filepath.Join(dir, bundlesDir, e.Name()), filepath.Join(into, bundlesDir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// rehearsalFiles returns the traces from which streams learn in the appliance's directory, or in that of a repertoire, by name.
func rehearsalFiles(dir string) (all []study.TraceFile, err error) {
	paths, err := traceFiles(filepath.Join(dir, tracesDir), rehearsalPrefix)
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		all = append(all, study.TraceFile{Name: filepath.Base(path), SHA256: fmt.Sprintf("%x", sha256.Sum256(content))})
	}
	return all, nil
}
