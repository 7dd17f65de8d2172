package pump

import (
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"

	"vmstudy/netem"
	"vmstudy/study"
)

// TestMain runs every test with as many watches as the program has.
func TestMain(m *testing.M) {
	runtime.GOMAXPROCS(max(runtime.GOMAXPROCS(0), Watches+1))
	os.Exit(m.Run())
}

// patience is how long a wake may take before a test calls it lost.
const patience = 10 * time.Second

// hurried calls do, and fails the test if it does not return within patience.
func hurried(t *testing.T, what string, do func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		do()
	}()
	select {
	case <-done:
	case <-time.After(patience):
		t.Fatalf("%s: still waiting after %v", what, patience)
	}
}

func TestSleepEndsByItself(t *testing.T) {
	var s sleeper
	for _, nap := range []time.Duration{-time.Second, 0, time.Microsecond, 3 * time.Millisecond} {
		hurried(t, "sleep of "+nap.String(), func() {
			s.lieDown()
			s.sleep(nap)
		})
	}
}

func TestWakeEndsASleepWheneverItComes(t *testing.T) {
	var s sleeper
	hurried(t, "sleep that was ended before it began", func() {
		s.lieDown()
		s.wake()
		s.sleep(forever)
	})
	hurried(t, "a thousand sleeps ended somewhere in their middle", func() {
		for range 1000 {
			s.lieDown()
			go s.wake()
			s.sleep(forever)
		}
	})
}

// A keeper must not end between being hired by a new pump and its first look.
func TestEveryPumpFindsAKeeperHoweverOthersComeAndGo(t *testing.T) {
	var crowd sync.WaitGroup
	for range 8 {
		crowd.Go(func() {
			for range 200 {
				arrived := make(chan struct{})
				p := New(netem.NewChain(study.Network{Down: 500 * study.Mbps}, study.Downward, 1), func([]byte) { close(arrived) })
				p.Push(make([]byte, 40))
				select {
				case <-arrived:
				case <-time.After(patience):
					t.Error("a packet was never delivered")
				}
				p.Close()
			}
		})
	}
	crowd.Wait()
	if duty.keeper != nil {
		t.Error("a keeper stayed though every pump was closed")
	}
}

func TestTheUnderstudyDeliversWhenTheFirstDoesNotWake(t *testing.T) {
	stuck, understudy := &watch{ended: make(chan struct{})}, &watch{ended: make(chan struct{}), lag: understudyLag}
	close(stuck.ended) // its goroutine is never started
	k := &keeper{pumps: 1, watches: []*watch{stuck, understudy}}
	go k.keep(understudy)
	n := study.Network{RTT: 10 * time.Millisecond}
	arrivals := make(chan arrival, 1)
	p := &Pump{deliver: noting(arrivals), keeper: k, chain: netem.NewChain(study.Network{}, study.Downward, 1)}
	defer p.Close()
	p.Set(n, nil)
	for i := range 3 {
		sent := time.Now()
		p.Push(numbered(i))
		select {
		case got := <-arrivals:
			if least := n.RTT/2 + understudyLag; got.number != i || got.at.Sub(sent) < least {
				t.Errorf("packet %d came as number %d after %v, want at least %v", i, got.number, got.at.Sub(sent), least)
			}
		case <-time.After(patience):
			t.Fatalf("packet %d never came", i)
		}
	}
}

func TestAThreadThatLeavesAProcessorMayStillUseIt(t *testing.T) {
	runtime.LockOSThread() // never unlocked, so the thread with its changed affinity ends with this goroutine
	var before, after unix.CPUSet
	if err := unix.SchedGetaffinity(0, &before); err != nil {
		t.Fatal(err)
	}
	for range 100 {
		here := processor()
		leave(here)
		if err := unix.SchedGetaffinity(0, &after); err != nil {
			t.Fatal(err)
		}
		if after != before {
			t.Fatalf("the thread may use %d processors, want %d as before", after.Count(), before.Count())
		}
	}
}

func TestAgendaBringsUpWhoeverIsDueFirst(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a agenda
		pumps := make([]*Pump, rapid.IntRange(1, 20).Draw(t, "pumps"))
		for i := range pumps {
			pumps[i] = &Pump{}
		}
		want := map[*Pump]time.Time{}
		for range rapid.IntRange(1, 60).Draw(t, "changes") {
			p := rapid.SampledFrom(pumps).Draw(t, "pump")
			if rapid.Bool().Draw(t, "strike") {
				a.strike(p)
				delete(want, p)
				continue
			}
			want[p] = time.Unix(rapid.Int64Range(0, 50).Draw(t, "due"), 0)
			a.enter(p, want[p])
		}
		if len(a) != len(want) {
			t.Fatalf("%d pumps on the agenda, want %d", len(a), len(want))
		}
		var last time.Time
		for len(a) > 0 {
			first := a[0]
			if due := first.turn.due; due != want[first] || due.Before(last) {
				t.Fatalf("next is due at %v after %v, was entered for %v", due, last, want[first])
			}
			last = first.turn.due
			a.strike(first)
		}
	})
}

func TestKeeperServesManyPumpsInOrderAndNeverEarly(t *testing.T) {
	const pumps, packets = 20, 50
	var all sync.WaitGroup
	for i := range pumps {
		all.Go(func() {
			n := study.Network{Down: 20 * study.Mbps, RTT: time.Duration(2+i) * time.Millisecond, Jitter: time.Millisecond / 2, Queue: packets}
			arrivals := make(chan arrival, packets)
			p := New(netem.NewChain(n, study.Downward, uint64(i)), noting(arrivals))
			defer p.Close()
			gaps := rand.New(rand.NewPCG(uint64(i), 1))
			sent := make([]time.Time, packets)
			for i := range sent {
				sent[i] = time.Now()
				p.Push(numbered(i))
				for pause := time.Duration(gaps.IntN(100)) * time.Microsecond; time.Since(sent[i]) < pause; {
				}
			}
			checkArrivals(t, arrivals, sent, n.RTT/2-n.Jitter)
		})
	}
	all.Wait()
}
