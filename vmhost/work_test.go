package vmhost

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestOnlyWorkWithoutWaitsCounts(t *testing.T) {
	type look struct {
		worked int // ms
		begun  int64
		waits  bool
		want   int // ms
	}
	for name, looks := range map[string][]look{
		"a machine that never waits":           {{0, 0, false, 0}, {30, 0, false, 30}, {70, 0, false, 70}},
		"one that waits between two looks":     {{0, 0, false, 0}, {30, 1, false, 0}, {35, 1, false, 0}, {45, 1, false, 5}, {65, 1, false, 25}},
		"one that waits now":                   {{0, 0, false, 0}, {30, 1, true, 0}, {31, 1, true, 0}, {39, 1, false, 0}, {61, 1, false, 20}},
		"one that gets its pages one by one":   {{0, 0, false, 0}, {8, 1, false, 0}, {16, 2, false, 0}, {24, 3, false, 0}, {32, 4, false, 0}},
		"one that is seldom looked at":         {{0, 0, false, 0}, {500, 90, false, 0}, {1500, 90, false, 990}},
		"one that waits again after it worked": {{0, 1, false, 0}, {100, 1, false, 90}, {140, 2, false, 90}, {200, 2, false, 140}},
	} {
		t.Run(name, func(t *testing.T) {
			var f freeWork
			for i, l := range looks {
				if got := f.look(time.Duration(l.worked)*time.Millisecond, l.begun, l.waits); got != time.Duration(l.want)*time.Millisecond {
					t.Errorf("after look %d %v of the work counts, want %d ms", i+1, got, l.want)
				}
			}
		})
	}
}

func TestAProcessorThatTheHostKeepsWaitingIsDenied(t *testing.T) {
	type look struct {
		at, worked, denied int // ms
		turns              int64
		ready              bool
		want               int // ms
	}
	for name, looks := range map[string][]look{
		"one that works":                        {{0, 0, 0, 1, true, 0}, {30, 30, 0, 1, true, 0}, {70, 70, 0, 1, true, 0}},
		"one that has nothing to do":            {{0, 0, 0, 1, false, 0}, {900, 0, 0, 1, false, 0}},
		"one that worked a little in between":   {{0, 0, 0, 1, false, 0}, {900, 20, 0, 7, false, 0}},
		"one that is ready, and has no turn":    {{0, 0, 0, 1, true, 0}, {30, 2, 0, 1, true, 28}, {70, 2, 0, 1, true, 68}},
		"one that has had its turn since":       {{0, 0, 0, 1, true, 0}, {30, 2, 0, 1, true, 28}, {70, 12, 58, 2, true, 58}, {90, 32, 58, 2, true, 58}},
		"one that slept, and is ready just now": {{0, 0, 0, 1, false, 0}, {900, 0, 0, 1, true, 0}, {910, 0, 0, 1, true, 10}},
		"one that shares a processor":           {{0, 0, 0, 1, true, 0}, {100, 50, 50, 20, true, 50}, {200, 100, 100, 40, true, 100}},
	} {
		t.Run(name, func(t *testing.T) {
			var d denial
			ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
			for i, l := range looks {
				got := d.look(time.Unix(1000, 0).Add(ms(l.at)), ran{worked: ms(l.worked), denied: ms(l.denied), turns: l.turns}, l.ready)
				if got != ms(l.want) {
					t.Errorf("after look %d it was denied %v, want %d ms", i+1, got, l.want)
				}
			}
		})
	}
}

// Two threads that work all the time on one processor of the host are each denied about half of it.
func TestTheKernelSaysWhatItDenies(t *testing.T) {
	var stop atomic.Bool
	var both sync.WaitGroup
	threads := make(chan int, 2)
	for range 2 {
		both.Go(func() {
			runtime.LockOSThread() // and never unlock it: the thread ends with the goroutine
			var one unix.CPUSet
			one.Set(firstCPU(t))
			if err := unix.SchedSetaffinity(0, &one); err != nil {
				t.Error(err)
			}
			threads <- unix.Gettid()
			for !stop.Load() {
			}
		})
	}
	defer both.Wait()
	defer stop.Store(true)
	<-threads
	p, err := openProcessor(fmt.Sprintf("/proc/%d/task", os.Getpid()), strconv.Itoa(<-threads), "")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	var d denial
	look := func() (worked, denied time.Duration) {
		r, err := p.ran()
		if err != nil {
			t.Fatal(err)
		}
		return r.worked, d.look(time.Now(), r, p.state() == 'R')
	}
	began := time.Now()
	worked, denied := look()
	for work, wait := worked, denied; work-worked < 300*time.Millisecond; work, wait = look() {
		time.Sleep(5 * time.Millisecond)
		if spent := time.Since(began) + 20*time.Millisecond; wait-denied > spent {
			t.Fatalf("it was denied %v in %v", wait-denied, spent)
		}
	}
	work, wait := look()
	if share := float64(wait-denied) / float64(wait-denied+work-worked); share < 0.25 {
		t.Errorf("it worked %v and was denied %v, want about as much of each", work-worked, wait-denied)
	}
}

// firstCPU returns a processor on which this process may run.
func firstCPU(t *testing.T) int {
	t.Helper()
	var all unix.CPUSet
	if err := unix.SchedGetaffinity(0, &all); err != nil {
		t.Error(err)
	}
	for i := range 1024 {
		if all.IsSet(i) {
			return i
		}
	}
	return 0
}

func TestOnlySleepThatIsCertainCounts(t *testing.T) {
	type look struct {
		at    int // ms
		idle  bool
		works bool // a page of its disk is on its way
		turns int64
		want  int // ms
	}
	for name, looks := range map[string][]look{
		"one that sleeps":                      {{0, true, false, 1, 0}, {30, true, false, 1, 30}, {70, true, false, 1, 70}},
		"one that works":                       {{0, false, false, 1, 0}, {30, false, false, 1, 0}},
		"one that has fallen asleep":           {{0, false, false, 1, 0}, {30, true, false, 1, 0}, {50, true, false, 1, 20}},
		"one that has worked in between":       {{0, true, false, 1, 0}, {30, true, false, 2, 0}, {40, true, false, 2, 10}},
		"one that waits for a page in between": {{0, true, false, 1, 0}, {30, false, false, 2, 0}, {40, true, false, 3, 0}, {45, true, false, 3, 5}},
		"one that waits for its disk":          {{0, true, true, 1, 0}, {30, true, true, 1, 0}, {40, true, false, 2, 0}, {45, true, false, 2, 5}},
	} {
		t.Run(name, func(t *testing.T) {
			var s sleep
			ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
			for i, l := range looks {
				if got := s.look(time.Unix(1000, 0).Add(ms(l.at)), l.idle, l.turns, func() bool { return l.works }); got != ms(l.want) {
					t.Errorf("after look %d it has slept for %v, want %d ms", i+1, got, l.want)
				}
			}
		})
	}
}
