package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"vmstudy/study"
)

// patience is how long a server left behind may take to shut down in order, for which it may have
// to write a long checkpoint. After that it is stopped at once.
const patience = 30 * time.Second

// endOrphans stops the server that a killed program left behind in h, waits until all its processes
// have ended, and removes the lock files that would stop a new server from starting. We have the
// lock of the home, so no living program uses that server.
func (h *home) endOrphans(ctx context.Context) error {
	for {
		orphans, err := servants(h.data)
		if err != nil {
			return fmt.Errorf("look for a server left behind: %w", err)
		}
		if len(orphans) == 0 {
			return h.removeLocks()
		}
		for _, o := range orphans { // maybe not all: the master may be forking another one just now
			if err := endOrphan(ctx, o); err != nil {
				return fmt.Errorf("stop the server left behind as process %d: %w", o.pid, err)
			}
		}
	}
}

// removeLocks removes the lock files of a server that has ended. PostgreSQL trusts the process
// number in them. After a crash that number may belong to another program, and PostgreSQL then
// refuses to start; it also refuses if a power cut has left one of the files empty. We trust
// instead that no process works in the data directory.
func (h *home) removeLocks() error {
	socket := socketPath(h.socket)
	if err := h.refuseSocketInUse(socket + ".lock"); err != nil {
		return err
	}
	for _, path := range []string{filepath.Join(h.data, "postmaster.pid"), socket + ".lock", socket} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("clear up after a server left behind: %w", err)
		}
	}
	return nil
}

// refuseSocketInUse returns an error if the socket's lock file names the data of another cluster
// and that cluster's server runs. This can happen if the path of our home is so long that the
// socket lies outside of it, and the same path has meant another directory before.
func (h *home) refuseSocketInUse(lock string) error {
	text, err := os.ReadFile(lock)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("lock of the database's socket: %w", err)
	}
	lines := strings.Split(string(text), "\n")
	if len(lines) < 2 || !filepath.IsAbs(lines[1]) {
		return nil // incomplete: its writer never got as far as serving
	}
	living, err := servants(lines[1])
	if err != nil {
		return fmt.Errorf("look for the server of %s: %w", lines[1], err)
	}
	if len(living) > 0 {
		return study.Refuse(study.ErrConflict, "the socket %s is in use by the database in %s (process %d); stop that one, or choose another data directory",
			h.socket, lines[1], living[0].pid)
	}
	return nil
}

// A servant is a process of a PostgreSQL server.
type servant struct {
	pid    int
	master bool // all others are its children
}

// servants returns the postgres processes whose working directory is data, the master first.
func servants(data string) ([]servant, error) {
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
	var found []servant
	for _, proc := range procs {
		name, err := os.ReadFile(proc + "/comm")
		if err != nil || strings.TrimSpace(string(name)) != "postgres" {
			continue // has ended meanwhile, or is no postgres
		}
		cwd, err := os.Stat(proc + "/cwd")
		if err != nil || !os.SameFile(cwd, want) {
			continue // has ended meanwhile, or belongs to another cluster or user
		}
		title, err := os.ReadFile(proc + "/cmdline")
		if err != nil {
			continue // has ended meanwhile
		}
		pid, err := strconv.Atoi(filepath.Base(proc))
		if err != nil {
			continue
		}
		if bytes.HasPrefix(title, []byte(childTitle)) {
			found = append(found, servant{pid: pid})
		} else {
			found = slices.Insert(found, 0, servant{pid: pid, master: true})
		}
	}
	return found, nil
}

// childTitle is the beginning of the command line of a server's children, as in "postgres:
// checkpointer". The master's command line is the one that it was started with.
const childTitle = "postgres: "

// endOrphan waits until o, which is not our child, has ended. If o is the master, endOrphan asks it
// to stop first. The other processes end with their master, and by themselves if it is dead. A
// pidfd makes sure that all calls mean the same process, even if its number is reused meanwhile.
func endOrphan(ctx context.Context, o servant) error {
	fd, err := unix.PidfdOpen(o.pid, 0)
	if errors.Is(err, unix.ESRCH) {
		return nil
	}
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if !o.master {
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

// awaitEnd returns when the process of a pidfd has ended, or when ctx has.
func awaitEnd(ctx context.Context, fd int) error {
	for ctx.Err() == nil {
		const glance = 50 // ms between two looks at ctx
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
