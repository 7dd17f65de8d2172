package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"vmstudy/files"
	"vmstudy/stream/mount"
	"vmstudy/study"
	"vmstudy/studyctl/cli"
	"vmstudy/vmhost"
)

// The parts of the data directory. Nothing is written elsewhere.
func (c Config) postgresDir() string   { return filepath.Join(c.Data, "pg") }
func (c Config) appliancesDir() string { return cli.Settings(c).AppliancesDir() }
func (c Config) runDir() string        { return filepath.Join(c.Data, "run") }
func (c Config) machinesDir() string   { return filepath.Join(c.runDir(), "machines") }
func (c Config) tracesDir() string     { return filepath.Join(c.Data, "traces") }
func (c Config) storeDir() string      { return filepath.Join(c.Data, "store") }
func (c Config) cacheDir() string      { return filepath.Join(c.Data, "cache") }
func (c Config) networksDir() string   { return filepath.Join(c.Data, "network-traces") }
func (c Config) streamsDir() string    { return filepath.Join(c.runDir(), "streams") }
func (c Config) recordingsDir() string { return filepath.Join(c.Data, "recordings") }

// makeData makes the directories that are missing.
func (c Config) makeData() error {
	for _, dir := range []string{c.Data, c.appliancesDir(), c.runDir()} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return study.Refuse(study.ErrInvalid, "cannot use %s as data directory: %v", c.Data, err)
		}
	}
	return nil
}

// claimData locks the data directory until release is called, and removes what a killed server has left in it. Only one
// server may use a data directory.
func (c Config) claimData() (release func(), err error) {
	if err := c.makeData(); err != nil {
		return nil, err
	}
	lock, err := os.OpenFile(filepath.Join(c.runDir(), "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("claiming the data directory: %w", err)
	}
	if err := unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB); err != nil {
		return nil, errors.Join(refuseSecond(c.Data, lock), lock.Close())
	}
	if err := errors.Join(lock.Truncate(0), c.signLock(lock), c.clearRun(), c.clearRestoring()); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return func() { _ = lock.Close() }, nil // closing unlocks it; nothing can be done if that fails
}

// signLock writes into the lock file which process has locked it. Others are told so when they are refused.
func (c Config) signLock(lock *os.File) error {
	_, err := fmt.Fprintf(lock, "%d %s", os.Getpid(), c.public())
	return err
}

// refuseSecond says which process serves from a directory that is locked.
func refuseSecond(dir string, lock *os.File) error {
	var process int
	var address string
	if _, err := fmt.Fscan(lock, &process, &address); err != nil { // the other process has locked it and not signed yet
		return study.Refuse(study.ErrConflict, "another studyctl serves from %s already: stop that one, or choose another directory with --data or STUDYCTL_DATA", dir)
	}
	return study.Refuse(study.ErrConflict, "another studyctl (process %d) serves from %s already, on %s: use that one, or stop it, or choose another directory with --data or STUDYCTL_DATA",
		process, dir, address)
}

// clearRun removes mounts and files of a server or a command that was killed. It leaves those of commands that are running.
func (c Config) clearRun() error {
	if err := c.sweepCommands(); err != nil {
		return err
	}
	n, err := mount.Sweep(c.streamsDir())
	if err != nil {
		return fmt.Errorf("clearing away old mounts: %w", err)
	}
	if n > 0 {
		slog.Warn("mounts of a killed server were cleared away", "count", n)
	}
	if err := errors.Join(os.RemoveAll(c.streamsDir()), os.MkdirAll(c.streamsDir(), 0o700)); err != nil {
		return fmt.Errorf("clearing away what was streamed: %w", err)
	}
	return nil
}

// clearRestoring removes what a killed restore has left, if nothing else lies there.
func (c Config) clearRestoring() error {
	entries, err := os.ReadDir(c.restoringDir())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		if name := e.Name(); name != "database" && name != "files" && name != "pg" {
			slog.Warn("this is not from a restore, so it is left alone", "path", filepath.Join(c.restoringDir(), name))
			return nil
		}
	}
	if err == nil {
		err = os.RemoveAll(c.restoringDir())
	}
	if err != nil {
		return fmt.Errorf("clearing away what a killed restore has left: %w", err)
	}
	return nil
}

// newHost returns a host of machines that keeps its files in dir. What is in dir is removed. The host boots a guest to find
// out how guests run here. That takes seconds, so the result is remembered until the computer is started again or its QEMU
// changes.
func newHost(ctx context.Context, c Config, dir string) (*vmhost.Host, error) {
	config := vmhost.Config{RunDir: dir, MemoryLimit: int64(c.Memory) << 20}
	if c.Display != "auto" {
		config.Display = c.Display
	}
	memory, here := filepath.Join(c.runDir(), "accelerator"), circumstances()
	if text, err := os.ReadFile(memory); err == nil {
		if name, found := strings.CutSuffix(string(text), " "+here); found {
			config.Accelerator = name
		}
	}
	host, err := vmhost.NewHost(ctx, config)
	if err != nil || config.Accelerator != "" {
		return host, err
	}
	found, err := host.Accelerator(ctx)
	if err != nil {
		return nil, err
	}
	return host, files.Write(memory, 0o644, func(w io.Writer) error {
		_, err := io.WriteString(w, found.Name+" "+here)
		return err
	})
}

// circumstances returns a text that changes with everything on which the accelerator depends: the start of the computer,
// the user, and the installed QEMU.
func circumstances() string {
	boot, _ := os.ReadFile("/proc/sys/kernel/random/boot_id") // without it, the user and QEMU count
	qemu := "none"
	if path, err := exec.LookPath("qemu-system-x86_64"); err == nil {
		if info, err := os.Stat(path); err == nil {
			qemu = info.ModTime().UTC().Format(time.RFC3339)
		}
	}
	return fmt.Sprintf("%s %d %s", strings.TrimSpace(string(boot)), os.Geteuid(), qemu)
}

// withToolHost lets do use a host of its own, beside a server that may be running.
func withToolHost(ctx context.Context, c Config, do func(host *vmhost.Host, dir string) error) error {
	if err := c.makeData(); err != nil {
		return err
	}
	dir, release, err := c.commandDir("tool-")
	if err != nil {
		return err
	}
	host, err := newHost(ctx, c, filepath.Join(dir, "machines"))
	if err == nil {
		err = do(host, dir)
	}
	return errors.Join(err, release())
}

// appliance loads an installed appliance.
func (c Config) appliance(name string) (vmhost.Appliance, error) {
	return cli.Settings(c).Appliance(name)
}
