package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"

	"vmstudy/stream/mount"
)

// commandDir makes a directory below run/ for one command, also while a server runs. The directory is locked as long as this
// process lives, and release removes it. commandDir also removes what killed commands have left.
func (c Config) commandDir(prefix string) (dir string, release func() error, err error) {
	if err := c.sweepCommands(); err != nil {
		return "", nil, err
	}
	const tries = 10
	for range tries {
		dir, err := os.MkdirTemp(c.runDir(), prefix)
		if err != nil {
			return "", nil, err
		}
		lock, err := claimDir(dir)
		if errors.Is(err, errInUse) {
			continue // another process took it for a killed command's, and removes it
		}
		if err != nil {
			return "", nil, err
		}
		return dir, func() error { return errors.Join(os.RemoveAll(dir), lock.Close()) }, nil
	}
	return "", nil, fmt.Errorf("no directory in %s stays", c.runDir())
}

var errInUse = errors.New("in use by another program, or gone")

// claimDir locks a directory until the file that it returns is closed, or this process ends.
func claimDir(dir string) (*os.File, error) {
	lock, err := os.Open(dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, errInUse
	}
	if err != nil {
		return nil, err
	}
	if unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil {
		return nil, errors.Join(errInUse, lock.Close())
	}
	info, err := lock.Stat()
	if err == nil && info.Sys().(*syscall.Stat_t).Nlink == 0 {
		err = errInUse
	}
	if err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return lock, nil
}

// sweepCommands removes what killed commands have left below run/, and their mounts. It leaves what belongs to running
// commands and to the server.
func (c Config) sweepCommands() error {
	entries, err := os.ReadDir(c.runDir())
	if err != nil {
		return fmt.Errorf("clearing away what commands have left: %w", err)
	}
	for _, e := range entries {
		dir := filepath.Join(c.runDir(), e.Name())
		if !e.IsDir() || dir == c.machinesDir() || dir == c.streamsDir() {
			continue
		}
		lock, err := claimDir(dir)
		if errors.Is(err, errInUse) {
			continue
		}
		if err != nil {
			return fmt.Errorf("clearing away what commands have left: %w", err)
		}
		_, err = mount.Sweep(dir)
		if err == nil { // else a mount would lose what it shows
			err = os.RemoveAll(dir)
		}
		if err := errors.Join(err, lock.Close()); err != nil {
			return fmt.Errorf("clearing away what commands have left: %w", err)
		}
	}
	return nil
}
