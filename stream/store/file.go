package store

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"vmstudy/files"
	"vmstudy/study"
)

// writing locks the store while do works, and removes what a killed writer left. It
// does not wait for another writer.
func (s *Store) writing(do func() error) error {
	lock, err := os.OpenFile(filepath.Join(s.dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer lock.Close() // unlocks it, too
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return study.Refuse(study.ErrConflict, "Another program changes the store of appliances right now. Try again when it has finished.")
	}
	for _, dir := range []string{s.packsDir(), s.indexesDir()} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if !files.Unfinished(e.Name()) {
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
		if name, ok := strings.CutSuffix(e.Name(), ending); ok {
			names = append(names, name)
		}
	}
	return names, nil
}
