package vmhost

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// A processor is the thread of a QEMU that is the guest's one processor, seen from outside: how much it has
// worked, and whether it sleeps because the guest has nothing to do. Linux, Documentation/filesystems/proc.rst.
type processor struct {
	stat  *os.File    // the state of the thread
	sched *os.File    // how long it has run, and how often it was let run
	where *os.File    // what it waits for in the kernel; nil where there is no such file
	told  atomic.Bool // where has told something: what we may not know reads as "0", and so does a thread that runs
}

// findProcessor finds the processor of the QEMU that is process pid, or a child of it in a namespace of its
// own. thread is its number as that QEMU knows it.
func findProcessor(pid int, confined bool, thread int) (*processor, error) {
	if confined {
		children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
		if err != nil {
			return nil, err
		}
		if pid, err = strconv.Atoi(strings.TrimSpace(string(children))); err != nil {
			return nil, fmt.Errorf("children of a supervisor: %w", err)
		}
	}
	all := fmt.Sprintf("/proc/%d/task", pid)
	tasks, err := os.ReadDir(all)
	if err != nil {
		return nil, err
	}
	for _, entry := range tasks {
		task := filepath.Join(all, entry.Name())
		status, err := os.ReadFile(task + "/status")
		if err == nil && innermost(status) == thread {
			return openProcessor(task)
		}
	}
	return nil, fmt.Errorf("thread %d of process %d: %w", thread, pid, os.ErrNotExist)
}

// innermost returns the number of a thread in its own namespace.
func innermost(status []byte) int {
	_, rest, _ := bytes.Cut(status, []byte("\nNSpid:"))
	line, _, _ := bytes.Cut(rest, []byte("\n"))
	numbers := bytes.Fields(line)
	if len(numbers) == 0 {
		return 0
	}
	n, _ := strconv.Atoi(string(numbers[len(numbers)-1]))
	return n
}

func openProcessor(task string) (_ *processor, err error) {
	p := &processor{}
	if p.stat, err = os.Open(task + "/stat"); err != nil {
		return nil, err
	}
	if p.sched, err = os.Open(task + "/schedstat"); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	p.where, _ = os.Open(task + "/wchan")
	return p, nil
}

// Close lets go of it. A nil processor is one that cannot be seen.
func (p *processor) Close() error {
	if p == nil {
		return nil
	}
	var errs []error
	for _, f := range []*os.File{p.stat, p.sched, p.where} {
		if f != nil {
			errs = append(errs, f.Close())
		}
	}
	return errors.Join(errs...)
}

// ran returns how long the thread has run and how often it was let run.
func (p *processor) ran() (worked time.Duration, turns int64, err error) {
	var text [96]byte
	n, _ := p.sched.ReadAt(text[:], 0)
	var waited int64
	_, err = fmt.Sscan(string(text[:n]), (*int64)(&worked), &waited, &turns)
	return worked, turns, err
}

// asleep reports whether the thread sleeps, and not on a page of its memory: what a halted processor does.
func (p *processor) asleep() bool {
	var text [512]byte
	n, _ := p.stat.ReadAt(text[:], 0)
	end := bytes.LastIndexByte(text[:n], ')') // the program's name before it may hold anything
	if end < 0 || end+2 >= n || text[end+2] != 'S' {
		return false
	}
	if p.where == nil {
		return true
	}
	n, err := p.where.ReadAt(text[:], 0)
	where := string(text[:n])
	if n == 0 && err != nil || where == "0" {
		return !p.told.Load()
	}
	p.told.Store(true)
	return strings.Contains(where, "futex") || strings.Contains(where, "kvm")
}

// sleptFor is how long a processor must have slept without a break until it is taken to have nothing to do. A
// moment of sleep may be a lock that QEMU's other threads hold.
const sleptFor = 2 * time.Millisecond

// rests waits a little and reports whether the guest has done all that it could do about what flush, which is
// called first, saw to it that QEMU has taken. waits tells whether the machine waits for its files.
func (p *processor) rests(ctx context.Context, flush func(context.Context) error, waits func() bool) bool {
	if flush(ctx) != nil || waits() || !p.asleep() {
		return false
	}
	_, before, err := p.ran()
	if err != nil {
		return false
	}
	pause := time.NewTimer(sleptFor)
	defer pause.Stop()
	select {
	case <-pause.C:
	case <-ctx.Done():
		return false
	}
	// Whoever waited for a lock that QEMU's main loop held has had it by the time of its next answer.
	if flush(ctx) != nil || waits() || !p.asleep() {
		return false
	}
	_, after, err := p.ran()
	return err == nil && after == before
}
