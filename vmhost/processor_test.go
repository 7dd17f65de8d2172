package vmhost

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// A thread that pretendThreads makes.
type pretendedThread struct{ stat, wchan string }

// pretendThreads returns a directory like /proc/PID/task.
func pretendThreads(t *testing.T, threads map[string]pretendedThread) string {
	t.Helper()
	all := t.TempDir()
	for id, thread := range threads {
		if err := os.Mkdir(filepath.Join(all, id), 0o755); err != nil {
			t.Fatal(err)
		}
		for name, text := range map[string]string{"stat": thread.stat, "wchan": thread.wchan} {
			if err := os.WriteFile(filepath.Join(all, id, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	return all
}

func TestAWorkerOfQEMUHasSomethingForTheGuest(t *testing.T) {
	asleep := map[string]pretendedThread{
		"10": {"10 (qemu-system-x86) R 1 10", "0"},
		"11": {"11 (CPU 0/TCG) S 1 10", "futex_wait_queue"},
		"12": {"12 (a) R (worker) S 1 10", "futex_wait_queue"},
		"14": {"14 (gdbus) R 1 10", "0"}, // speaks for the main loop
	}
	for name, tc := range map[string]struct {
		worker *pretendedThread
		want   bool
	}{
		"no worker is there":                                   {nil, false},
		"it waits for work":                                    {&pretendedThread{"13 (worker) S 1 10", "futex_wait_queue"}, false},
		"it was woken just now":                                {&pretendedThread{"13 (worker) S 1 10", "0"}, true},
		"it waits for a page that others have to read, too":    {&pretendedThread{"13 (worker) D 1 10", "folio_wait_bit_common"}, true},
		"it waits for the answer of a mount":                   {&pretendedThread{"13 (worker) S 1 10", "request_wait_answer"}, true},
		"it waits for a mount somewhere else":                  {&pretendedThread{"13 (worker) S 1 10", "fuse_direct_IO"}, true},
		"its page is there, and it has not told the main loop": {&pretendedThread{"13 (worker) R 1 10", "0"}, true},
		"its state cannot be read":                             {&pretendedThread{"13", "0"}, true},
	} {
		threads := maps.Clone(asleep)
		if tc.worker != nil {
			threads["13"] = *tc.worker
		}
		p := &processor{all: pretendThreads(t, threads), main: "10"}
		p.told.Store(true)
		if got := p.workers(); got != tc.want {
			t.Errorf("%s: %t, want %t", name, got, tc.want)
		}
	}
	asleep["13"] = pretendedThread{"13 (worker) S 1 10", "0"}
	if p := (&processor{all: pretendThreads(t, asleep), main: "10"}); p.workers() {
		t.Error("where the kernel says of no thread what it waits for, a worker that sleeps counts as one that works")
	}
	if p := (&processor{all: t.TempDir() + "/gone"}); !p.workers() {
		t.Error("a QEMU that has ended counts as one that rests")
	}
	for stat, want := range map[string]bool{"10 (qemu) R 1 10": true, "10 (qemu) S 1 10": false, "": true} {
		p := &processor{all: pretendThreads(t, map[string]pretendedThread{"10": {stat, "0"}}), main: "10"}
		if got := p.mainLoop(); got != want {
			t.Errorf("a main loop of %q has something to do: %t, want %t", stat, got, want)
		}
	}
}

// A request for a page goes from the processor to the main loop, to a worker, and back. Wherever it is while somebody looks, the guest is
// not taken for one that has nothing to do.
func TestARequestIsMetWhereverItIs(t *testing.T) {
	const resting, running = "%s (qemu) S 1 10", "%s (qemu) R 1 10"
	thread := func(id, state string) pretendedThread {
		return pretendedThread{fmt.Sprintf(state, id), "futex_wait_queue"}
	}
	all := pretendThreads(t, map[string]pretendedThread{"10": thread("10", running), "11": thread("11", resting), "13": thread("13", resting)})
	turns := func(n int) string { return fmt.Sprintf("0 0 %08d", n) }
	sched := filepath.Join(all, "11", "schedstat")
	if err := os.WriteFile(sched, []byte(turns(0)), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := openProcessor(all, "11", "10")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	p.told.Store(true)
	over := make(chan struct{})
	var moving sync.WaitGroup
	defer moving.Wait()
	defer close(over)
	moving.Go(func() {
		turn, err := os.OpenFile(sched, os.O_WRONLY, 0)
		if err != nil {
			t.Error(err)
			return
		}
		defer turn.Close()
		set := func(id, state string) {
			next := filepath.Join(all, id, "next")
			if err := os.WriteFile(next, []byte(fmt.Sprintf(state, id)), 0o644); err != nil {
				t.Error(err)
			} else if err := os.Rename(next, filepath.Join(all, id, "stat")); err != nil {
				t.Error(err)
			}
		}
		for n := 1; ; n++ {
			select {
			case <-over:
				return
			case <-time.After(time.Duration(rand.IntN(200)) * time.Microsecond):
			}
			set("13", running) // the main loop has it, and gives it to the worker
			set("10", resting)
			time.Sleep(time.Duration(rand.IntN(200)) * time.Microsecond)
			set("10", running) // and back
			set("13", resting)
			if _, err := turn.WriteAt([]byte(turns(n)), 0); err != nil { // the processor runs, and asks for the next page
				t.Error(err)
			}
		}
	})
	for range 5000 {
		if p.quiet(func() bool { return false }, true) {
			t.Fatal("a guest that waits for a page counts as one that has nothing to do")
		}
	}
}
