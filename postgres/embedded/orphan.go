package embedded

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// patience is how long a server left behind may take to stop in order (it may have a long
// checkpoint to write) before it is stopped at once.
const patience = 30 * time.Second

// endOrphans stops the server that a killed program left behind in h, and waits until all of
// its processes are gone. We hold the lock, so no living program owns them.
func (h *home) endOrphans(ctx context.Context) error {
	orphans, err := servants(h.data)
	if err != nil {
		return fmt.Errorf("look for a server left behind: %w", err)
	}
	pidFile := filepath.Join(h.data, "postmaster.pid")
	if len(orphans) == 0 {
		// Nobody works on the data. Left in place, the file would stop the new server if the
		// number in it has meanwhile become that of a stranger.
		if err := os.Remove(pidFile); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("clear up after a server left behind: %w", err)
		}
		return nil
	}
	master, err := readPID(pidFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, pid := range orphans {
		// The others follow their master. Without one they have noticed, and are on their way.
		if err := endOrphan(ctx, pid, pid == master); err != nil {
			return fmt.Errorf("stop the server left behind as process %d: %w", pid, err)
		}
	}
	return nil
}

// readPID returns the process number on the first line of a postmaster.pid.
func readPID(path string) (int, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, fmt.Errorf("process of a server left behind: %w", err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		return 0, fmt.Errorf("process of a server left behind, in %s: %w", path, err)
	}
	return pid, nil
}

// servants returns the postgres processes whose working directory is data.
func servants(data string) ([]int, error) {
	want, err := os.Stat(data)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	procs, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil, err
	}
	var pids []int
	for _, proc := range procs {
		name, err := os.ReadFile(proc + "/comm")
		if err != nil || strings.TrimSpace(string(name)) != "postgres" {
			continue // gone meanwhile, or something else
		}
		cwd, err := os.Stat(proc + "/cwd")
		if err != nil || !os.SameFile(cwd, want) {
			continue // gone meanwhile, another cluster's, or another user's
		}
		if pid, err := strconv.Atoi(filepath.Base(proc)); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

// endOrphan waits for a process that is not our child, after asking it to stop if it is the
// master. The handle keeps the number from meaning another process halfway.
func endOrphan(ctx context.Context, pid int, master bool) error {
	fd, err := unix.PidfdOpen(pid, 0)
	if errors.Is(err, unix.ESRCH) {
		return nil
	}
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if !master {
		return awaitEnd(ctx, fd)
	}
	if err := unix.PidfdSendSignal(fd, unix.SIGINT, nil, 0); err != nil && !errors.Is(err, unix.ESRCH) {
		return err
	}
	patient, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if awaitEnd(patient, fd) == nil {
		return nil
	}
	if err := unix.PidfdSendSignal(fd, unix.SIGQUIT, nil, 0); err != nil && !errors.Is(err, unix.ESRCH) {
		return err
	}
	return awaitEnd(ctx, fd)
}

// awaitEnd returns when the process of a pidfd has ended, or ctx has.
func awaitEnd(ctx context.Context, fd int) error {
	for ctx.Err() == nil {
		const glance = 50 // ms, after which ctx is looked at again
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, glance)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return err
		}
		if n > 0 {
			return nil
		}
	}
	return context.Cause(ctx)
}
