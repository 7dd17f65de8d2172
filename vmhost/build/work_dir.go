package build

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// workPrefix begins the names of the directories in which appliances are built.
const workPrefix = ".build-"

// rootDir is the name of the directory with the guest's files, in the directory of a build.
const rootDir = "root"

// makeWorkDir makes a directory below into for a build. It is locked until the lock is closed or this
// process ends.
func makeWorkDir(into, name string) (dir string, lock *os.File, err error) {
	if err := os.MkdirAll(into, 0o755); err != nil {
		return "", nil, err
	}
	if err := sweepWorkDirs(into); err != nil {
		return "", nil, err
	}
	const tries = 10
	for range tries {
		if dir, err = os.MkdirTemp(into, workPrefix+name+"-"); err != nil {
			return "", nil, err
		}
		if lock, err = lockDir(dir); err == nil {
			return dir, lock, nil // if not, another build's sweep was faster, and removes it
		}
	}
	return "", nil, fmt.Errorf("no directory in %s stays: %w", into, err)
}

// sweepWorkDirs removes the directories of builds that were killed. Many of the files in them belong to
// users of a namespace, so their own user cannot remove them with rm.
func sweepWorkDirs(into string) error {
	entries, err := os.ReadDir(into)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if !e.IsDir() || !strings.HasPrefix(e.Name(), workPrefix) {
			continue
		}
		dir := filepath.Join(into, e.Name())
		lock, err := lockDir(dir)
		if err != nil {
			continue // the build is under way, or somebody has just removed the directory
		}
		if err := errors.Join(removeWorkDir(dir), lock.Close()); err != nil {
			return fmt.Errorf("remove what a killed build has left: %w", err)
		}
	}
	return nil
}

func removeWorkDir(dir string) error {
	if err := removeAsRoot(filepath.Join(dir, rootDir)); err != nil {
		return err
	}
	return os.RemoveAll(dir)
}

// lockDir locks a directory. It fails if another process holds the lock, or has removed the directory.
func lockDir(dir string) (*os.File, error) {
	lock, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	info, err := lock.Stat()
	if err == nil && info.Sys().(*syscall.Stat_t).Nlink == 0 {
		err = os.ErrNotExist
	}
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return lock, nil
}
