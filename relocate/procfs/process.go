package procfs

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"vmstudy/relocate/pages"
)

// Lately is how long ago a process may have run to count as active. So it is in the paper.
const Lately = 16 * time.Second

// sample is how long each process had run at a moment, in units that are the same for one process.
type sample struct {
	at  time.Time
	ran map[int]uint64
}

// Watch finds out which processes ran lately. It has to be sampled every few seconds before that.
type Watch struct {
	proc    string
	samples []sample // the oldest first; the first is at least Lately old, if any is
}

// NewWatch returns a Watch of the processes below proc, usually /proc.
func NewWatch(proc string) *Watch { return &Watch{proc: proc} }

// Sample notes how long each process has run until now.
func (w *Watch) Sample(now time.Time) error {
	ran, err := w.read()
	if err != nil {
		return err
	}
	w.samples = append(w.samples, sample{now, ran})
	for len(w.samples) > 1 && now.Sub(w.samples[1].at) >= Lately {
		w.samples = w.samples[1:]
	}
	return nil
}

// Active returns the processes that ran since the oldest sample, which is Lately ago if Sample was called often enough. Without
// a sample all count.
func (w *Watch) Active() ([]int, error) {
	now, err := w.read()
	if err != nil {
		return nil, err
	}
	var before map[int]uint64
	if len(w.samples) > 0 {
		before = w.samples[0].ran
	}
	var active []int
	for pid, ran := range now {
		if then, known := before[pid]; !known || ran != then {
			active = append(active, pid)
		}
	}
	return active, nil
}

// read returns how long each process has run.
func (w *Watch) read() (map[int]uint64, error) {
	names, err := readNames(w.proc)
	if err != nil {
		return nil, err
	}
	ran := map[int]uint64{}
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil {
			if t, err := w.ran(name); err == nil { // else it has ended
				ran[pid] = t
			}
		}
	}
	return ran, nil
}

func readNames(dir string) ([]string, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return d.Readdirnames(-1)
}

// ran returns how long the threads of a process have run together: in ns by schedstat, or in ticks by stat if the kernel has no
// schedstat. The schedstat of a process tells only of its first thread, and often others do the work.
func (w *Watch) ran(pid string) (together uint64, err error) {
	threads, err := readNames(filepath.Join(w.proc, pid, "task"))
	if err != nil {
		return 0, err
	}
	for _, thread := range threads {
		b, err := os.ReadFile(filepath.Join(w.proc, pid, "task", thread, "schedstat"))
		if errors.Is(err, os.ErrNotExist) && thread == pid {
			return w.ticks(pid)
		}
		if err != nil {
			continue // the thread has ended
		}
		first, _, _ := strings.Cut(string(b), " ")
		ns, err := strconv.ParseUint(first, 10, 64)
		if err != nil {
			return 0, err
		}
		together += ns
	}
	return together, nil
}

// ticks returns how long a process has run, all its threads together, in units of usually 10 ms.
func (w *Watch) ticks(pid string) (uint64, error) {
	b, err := os.ReadFile(filepath.Join(w.proc, pid, "stat"))
	if err != nil {
		return 0, err
	}
	// The name of the program, in parentheses, may itself have spaces and parentheses.
	fields := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+1:]))
	const user, system = 11, 12 // utime and stime, counted from the state
	if len(fields) <= system {
		return 0, fmt.Errorf("stat of process %s has %d fields", pid, len(fields))
	}
	u, err1 := strconv.ParseUint(fields[user], 10, 64)
	s, err2 := strconv.ParseUint(fields[system], 10, 64)
	return u + s, errors.Join(err1, err2)
}

// Bits of an entry of pagemap.
const (
	mapPresent = 1 << 63
	mapFile    = 1 << 61 // of a file, or shared
	mapFrame   = 1<<55 - 1
)

// mapRoom is how many entries of pagemap are read at once.
const mapRoom = 1 << 13

// frames notes in k the frames that a process has mapped: ActiveText or ActiveAnon.
func (r Reader) frames(pid int, k known) error {
	dir := filepath.Join(r.Proc, strconv.Itoa(pid))
	maps, err := os.Open(filepath.Join(dir, "maps"))
	if err != nil {
		return err
	}
	defer maps.Close()
	entries, err := os.Open(filepath.Join(dir, "pagemap"))
	if err != nil {
		return err
	}
	defer entries.Close()
	room := make([]byte, 8*mapRoom)
	lines := bufio.NewScanner(maps)
	for lines.Scan() {
		first, end, ok := addresses(lines.Text())
		if !ok {
			continue
		}
		for first < end {
			some := room[:8*min(mapRoom, end-first)]
			n, err := entries.ReadAt(some, int64(8*first))
			note(some[:n], k)
			if err != nil && !errors.Is(err, io.EOF) {
				return err
			}
			if n == 0 {
				break
			}
			first += uint64(n / 8)
		}
	}
	return lines.Err()
}

// addresses returns the pages of a line of maps. Those of the kernel, as [vsyscall], are none of the process.
func addresses(line string) (first, end uint64, ok bool) {
	at, _, _ := strings.Cut(line, " ")
	from, to, dash := strings.Cut(at, "-")
	f, err1 := strconv.ParseUint(from, 16, 64)
	t, err2 := strconv.ParseUint(to, 16, 64)
	const userspace = 1 << 56 // more than any address of a program
	if !dash || err1 != nil || err2 != nil || f >= t || t > userspace {
		return 0, 0, false
	}
	return f / pages.FrameSize, t / pages.FrameSize, true
}

// note notes the frames of some entries in k. A frame that is somebody's text and somebody else's heap, as after a copy on write, is
// text.
func note(entries []byte, k known) {
	for i := 0; i+8 <= len(entries); i += 8 {
		e := binary.NativeEndian.Uint64(entries[i:])
		frame := e & mapFrame
		switch {
		case e&mapPresent == 0 || frame == 0: // 0: whoever reads is not root
		case e&mapFile != 0:
			k.set(frame, pages.ActiveText)
		case !k.has(frame, pages.ActiveText):
			k.set(frame, pages.ActiveAnon)
		}
	}
}
