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

// A processor is the thread of QEMU that runs the guest's only processor. The files of /proc tell how much it has
// worked, and whether it sleeps because the guest has nothing to do (Linux, Documentation/filesystems/proc.rst).
type processor struct {
	stat  *os.File    // the state of the thread
	sched *os.File    // how long it has run, and how often it has begun to run
	where *os.File    // what it waits for in the kernel; nil if there is no such file
	told  atomic.Bool // whether where can be believed: it has once said something else than "0", which it always says to a reader without the right
	all   string      // the directory of all threads of QEMU
	main  string      // the number of the thread of QEMU's main loop
}

// findProcessor finds the processor of the QEMU whose process is pid. thread is the number of the processor's thread, as
// that QEMU knows it.
func findProcessor(pid, thread int) (*processor, error) {
	all := fmt.Sprintf("/proc/%d/task", pid)
	tasks, err := os.ReadDir(all)
	if err != nil {
		return nil, err
	}
	for _, entry := range tasks {
		task := filepath.Join(all, entry.Name())
		status, err := os.ReadFile(task + "/status")
		if err == nil && innermost(status) == thread {
			return openProcessor(all, entry.Name(), strconv.Itoa(pid))
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

// openProcessor opens the files of a thread. all is the directory of the threads of its process, whose first thread is main.
func openProcessor(all, thread, main string) (_ *processor, err error) {
	p := &processor{all: all, main: main}
	task := filepath.Join(all, thread)
	if p.stat, err = os.Open(task + "/stat"); err != nil {
		return nil, err
	}
	if p.sched, err = os.Open(task + "/schedstat"); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	p.where, _ = os.Open(task + "/wchan")
	return p, nil
}

// Close closes the files. A nil processor is one that cannot be seen.
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

// ran is what the kernel says of how a thread ran (Linux, Documentation/scheduler/sched-stats.rst).
type ran struct {
	worked time.Duration // how long it has run; of a thread that runs, until the latest tick of at most 10 ms
	denied time.Duration // how long it could have run and did not, until it began to run the last time
	turns  int64         // how often it has begun to run
}

func (p *processor) ran() (r ran, err error) {
	var text [96]byte
	n, _ := p.sched.ReadAt(text[:], 0)
	_, err = fmt.Sscan(string(text[:n]), (*int64)(&r.worked), (*int64)(&r.denied), &r.turns)
	return r, err
}

// state returns the state of the thread, as in /proc/PID/stat, or 0.
func (p *processor) state() byte {
	var text [512]byte
	n, _ := p.stat.ReadAt(text[:], 0)
	return state(text[:n])
}

// asleep reports whether the thread sleeps as a halted processor does, and not because it waits for a page of its memory.
func (p *processor) asleep() bool { return p.state() == 'S' && p.halted() }

// halted reports whether the thread, which sleeps, waits as a halted processor does.
func (p *processor) halted() bool {
	if p.where == nil {
		return true
	}
	var text [64]byte
	n, err := p.where.ReadAt(text[:], 0)
	where := string(text[:n])
	if n == 0 && err != nil || where == "0" {
		return !p.told.Load()
	}
	p.told.Store(true)
	return strings.Contains(where, "futex") || strings.Contains(where, "kvm")
}

// state returns the state that a stat file says a thread has, or 0.
func state(stat []byte) byte {
	end := bytes.LastIndexByte(stat, ')') // the end of the program's name, which may contain anything
	if end < 0 || end+2 >= len(stat) {
		return 0
	}
	return stat[end+2]
}

// quiet reports whether the guest has nothing to do, and nothing is on its way to it. It looks along the way that a request for a page of the
// disk takes: from the main loop to a worker of QEMU, to the mount, and back. So what moves on meanwhile is met further on, however long
// the host lets us wait between two looks; and what the processor itself began meanwhile shows in how often it has run. waits tells whether
// the machine waits for its files. The main loop may be left out: it works whenever it answers us.
func (p *processor) quiet(waits func() bool, withMain bool) bool {
	before, err := p.ran()
	if err != nil || !p.asleep() { // usually; it costs little to ask
		return false
	}
	if withMain && p.mainLoop() || p.workers() || waits() || p.workers() || withMain && p.mainLoop() || !p.asleep() {
		return false
	}
	after, err := p.ran()
	return err == nil && after.turns == before.turns
}

// workers reports whether another thread than the processor's and the main loop's has something to do for the guest. A worker of QEMU is
// in state D or in FUSE while it waits for a page, and in state R from the moment in which the page is there. The thread that speaks
// D-Bus works whenever it answers us.
func (p *processor) workers() bool {
	threads, err := os.ReadDir(p.all)
	if err != nil {
		return true
	}
	for _, thread := range threads {
		if thread.Name() == p.main {
			continue
		}
		task := filepath.Join(p.all, thread.Name())
		stat, err := os.ReadFile(task + "/stat")
		if err != nil || bytes.Contains(stat, []byte(" (gdbus) ")) {
			continue // an error: it has ended
		}
		if state(stat) != 'S' {
			return true
		}
		where, err := os.ReadFile(task + "/wchan")
		if err != nil {
			continue
		}
		woken := string(where) == "0" && p.told.Load() // just now: "0" is what a thread that runs says
		if woken || bytes.Contains(where, []byte("fuse")) || bytes.Contains(where, []byte("request_wait_answer")) {
			return true
		}
	}
	return false
}

// mainLoop reports whether QEMU's main loop has something to do.
func (p *processor) mainLoop() bool {
	stat, err := os.ReadFile(filepath.Join(p.all, p.main, "stat"))
	return err != nil || state(stat) != 'S'
}

// sleptFor is how long a processor must have slept without a break before it counts as having nothing to do. If it sleeps
// for a moment, it may wait for a lock that another of QEMU's threads holds.
const sleptFor = 2 * time.Millisecond

// rests reports whether the guest has nothing more to do. It calls flush first, so that QEMU has taken all inputs, and
// then looks at the thread for sleptFor. waits tells whether the machine waits for its files.
func (p *processor) rests(ctx context.Context, flush func(context.Context) error, waits func() bool) bool {
	if flush(ctx) != nil {
		return false
	}
	before, err := p.ran()
	if err != nil || !p.quiet(waits, false) {
		return false
	}
	pause := time.NewTimer(sleptFor)
	defer pause.Stop()
	select {
	case <-pause.C:
	case <-ctx.Done():
		return false
	}
	// The thread may have slept because it waited for a lock of QEMU's main loop, or for what a worker has just told the main
	// loop. When the main loop has answered once more, and sleeps, the thread has had both.
	if flush(ctx) != nil || !p.quiet(waits, true) {
		return false
	}
	after, err := p.ran()
	return err == nil && after.turns == before.turns
}
