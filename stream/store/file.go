package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"vmstudy/study"
)

// newPrefix begins the name of what is not finished.
const newPrefix = "new-"

// settle gives f, which was written under another name, its name for good: after that a crash of
// the whole computer leaves it as it is, and before that there is nothing.
func settle(f *os.File, path string) error {
	err := errors.Join(f.Chmod(0o644), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// writing holds the store's lock while do works, and clears away what a killed writer left. It
// does not wait for another writer.
func (s *Store) writing(do func() error) error {
	lock, err := os.OpenFile(filepath.Join(s.dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer lock.Close() // lets go of it, too
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return study.Refuse(study.ErrConflict, "Another program changes the store of appliances right now. Try again when it has finished.")
	}
	for _, dir := range []string{s.packsDir(), s.indexesDir()} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if !strings.HasPrefix(e.Name(), newPrefix) {
				continue
			}
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	// Only now nobody else changes what there is.
	if err := s.refresh(); err != nil {
		return err
	}
	return do()
}

// named lists the files of dir that have an ending, by their names without it.
func named(dir, ending string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", filepath.Base(dir), err)
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ending); ok && !strings.HasPrefix(name, newPrefix) {
			names = append(names, name)
		}
	}
	return names, nil
}
