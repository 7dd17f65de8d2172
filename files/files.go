// Package files writes files that are there whole or not at all, even after a power cut.
//
// A file is written under a name that says that it is unfinished, and gets its own name when its
// bytes are on the disk. Where its own name was taken, the old file stays until then. What a killed
// program leaves is an unfinished file: see [Unfinished] and [Sweep].
//
// Three writers do not need this package. A study's export never replaces a file. A recording is
// read up to where it breaks off. A built appliance gets its name as a directory.
package files

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// mark stands in the name of every unfinished file.
const mark = ".unfinished-"

// Unfinished reports whether a file of that name was begun by this package and not finished.
func Unfinished(name string) bool { return strings.Contains(name, mark) }

// Write writes a file with the given mode. It replaces one that is there. If content fails, nothing
// has changed.
func Write(path string, mode fs.FileMode, content func(io.Writer) error) error {
	p, err := Begin(filepath.Dir(path), filepath.Base(path))
	if err != nil {
		return err
	}
	out := bufio.NewWriter(p)
	if err := errors.Join(content(out), out.Flush()); err != nil {
		return errors.Join(fmt.Errorf("writing %s: %w", path, err), p.Abandon())
	}
	return p.Finish(path, mode)
}

// Pending is a file that is being written. It must be finished or abandoned.
type Pending struct{ *os.File }

// Begin makes an unfinished file in dir, whose name begins with stem. The file is locked while it
// is open, so that Sweep knows that somebody writes it.
func Begin(dir, stem string) (Pending, error) {
	f, err := os.CreateTemp(dir, stem+mark+"*")
	if err == nil {
		_ = lock(f) // where files cannot be locked, Sweep removes none
	}
	return Pending{f}, err
}

func lock(f *os.File) error { return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }

// Sweep removes the unfinished files in dir whose stem ours accepts and which nobody writes any
// more, as after a power cut.
func Sweep(dir string, ours func(stem string) bool) error {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		stem, _, unfinished := strings.Cut(e.Name(), mark)
		if unfinished && e.Type().IsRegular() && ours(stem) {
			err = errors.Join(err, removeLeft(filepath.Join(dir, e.Name())))
		}
	}
	return err
}

// removeLeft removes a file unless somebody has locked it.
func removeLeft(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if lock(f) != nil {
		return nil
	}
	return os.Remove(path)
}

// Finish closes the file and gives it its path, which must be in the same directory, and its mode.
// On an error the file is gone.
func (p Pending) Finish(path string, mode fs.FileMode) error {
	err := errors.Join(p.Chmod(mode), p.Sync(), p.Close())
	if err == nil {
		err = os.Rename(p.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(p.Name()))
	}
	return SyncDir(filepath.Dir(path))
}

// Abandon closes and removes the file.
func (p Pending) Abandon() error { return errors.Join(p.Close(), os.Remove(p.Name())) }

// Place moves a finished file, which another program may have written, to a path in the same
// directory.
func Place(from, path string) error {
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(from, path); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(path))
}

// SyncDir makes the names in a directory last: after a power cut they are what they are now.
func SyncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
