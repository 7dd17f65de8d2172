package vmhost

import (
	"maps"
	"os"
	"path/filepath"
	"testing"
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
