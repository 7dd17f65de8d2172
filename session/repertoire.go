package session

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

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

// findRepertoire returns the rehearsals that a version names, of the appliance in dir. None are named by a version that was published
// when there were none, and by who asks for the present ones; frozen tells the first. The kept ones come before the present ones, even
// if these are equal, since their bundles may have been packed anew since. If neither is there any more, it returns the present
// ones, and an error of kind study.ErrConflict beside them.
func findRepertoire(dir string, wanted []study.TraceFile, frozen bool) (repertoire, error) {
	name := study.Repertoire(wanted)
	kept := filepath.Join(dir, repertoiresDir, name)
	if name == "" && frozen {
		return repertoire{filepath.Join(dir, repertoiresDir, "none"), ""}, nil
	}
	if name != "" {
		files, err := rehearsalFiles(kept)
		if err != nil {
			return repertoire{}, err
		}
		if study.Repertoire(files) == name {
			return repertoire{kept, name}, nil
		}
	}
	present, err := rehearsalFiles(dir)
	if err != nil {
		return repertoire{}, err
	}
	now := repertoire{dir, study.Repertoire(present)}
	if name != "" && name != now.name {
		return now, fmt.Errorf("the rehearsals %s, which the study's version names, are not there any more, so it is streamed by %s: %w",
			name, cmp.Or(now.name, "none"), study.ErrConflict)
	}
	return now, nil
}

// lockRehearsals waits until nobody else changes or keeps the rehearsals of the appliance in dir, and keeps others from it until release is
// called. The commands that rehearse and pack are processes of their own.
func lockRehearsals(ctx context.Context, dir string) (release func() error, err error) {
	f, err := os.OpenFile(filepath.Join(dir, ".rehearsals.lock"), os.O_CREATE|os.O_RDWR|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return nil, err
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return f.Close, nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return nil, errors.Join(err, f.Close())
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil, errors.Join(context.Cause(ctx), f.Close())
		}
	}
}

// keepLimit is how long KeepRepertoire waits for whoever changes the rehearsals.
const keepLimit = 2 * time.Second

// KeepRepertoire keeps the present rehearsals of the appliance in dir, and the bundles that are made of them, for versions that
// name them. It returns the rehearsals, by name. If there are none, it keeps nothing. While they are being made anew, it
// returns an error of kind study.ErrConflict with a sentence.
func KeepRepertoire(dir string) (present []study.TraceFile, err error) {
	if present, err = rehearsalFiles(dir); err != nil || len(present) == 0 {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), keepLimit)
	defer cancel()
	release, err := lockRehearsals(ctx, dir)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, study.Refuse(study.ErrConflict, "The rehearsals of appliance %s are being made anew. Try again in a minute.", filepath.Base(dir))
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, release()) }()
	return keepRepertoire(dir)
}

// keepRepertoire is KeepRepertoire for who has locked the rehearsals.
func keepRepertoire(dir string) ([]study.TraceFile, error) {
	present, err := rehearsalFiles(dir)
	if err != nil || len(present) == 0 {
		return nil, err
	}
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
	return present, os.Rename(making, at)
}

// Adopt makes runs the present rehearsals of an appliance, with bundles for the strategies. The rehearsals until then stay for
// the versions that name them. If it fails while it packs, or ctx ends, nothing changes. It packs for a minute and keeps others from
// the rehearsals only for a moment, at the end; if these are no longer those that instead names by then, nothing changes
// either, and the error is of kind study.ErrConflict.
func Adopt(ctx context.Context, app vmhost.Appliance, runs []Run, instead string, strategies []study.Strategy, show func(done, total int)) (err error) {
	making, err := os.MkdirTemp(app.Dir, rehearsedPrefix)
	if err != nil {
		return err
	}
	defer os.RemoveAll(making) //nolint:errcheck // it has nothing that is needed
	v, err := bare(app, making)
	if err != nil {
		return err
	}
	if err := KeepRuns(v, runs); err != nil {
		return err
	}
	if err := PackBundles(ctx, v, strategies, show); err != nil {
		return err
	}
	release, err := lockRehearsals(ctx, app.Dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	present, err := keepRepertoire(app.Dir)
	if err != nil {
		return err
	}
	if now := study.Repertoire(present); now != instead {
		return fmt.Errorf("the rehearsals of %s were changed meanwhile: %w", app.Name, study.ErrConflict)
	}
	return errors.Join(moveRehearsals(v.Dir, app.Dir), moveBundles(v.Dir, app.Dir), sweep(app.Dir, rehearsedPrefix))
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

// moveRehearsals replaces the rehearsals in a directory by those in another one. It needs no room on the disk.
func moveRehearsals(from, to string) error {
	fresh, err := traceFiles(filepath.Join(from, tracesDir), rehearsalPrefix)
	if err != nil {
		return err
	}
	old, err := traceFiles(filepath.Join(to, tracesDir), rehearsalPrefix)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(to, tracesDir), 0o755); err != nil {
		return err
	}
	moved := map[string]bool{}
	for _, path := range fresh {
		name := filepath.Base(path)
		moved[name] = true
		if err := os.Rename(path, filepath.Join(to, tracesDir, name)); err != nil {
			return err
		}
	}
	for _, path := range old {
		if !moved[filepath.Base(path)] {
			err = errors.Join(err, os.Remove(path))
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
