package pump

import (
	"container/heap"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// keeper keeps time for every pump of the process: it sleeps until the first packet of any of
// them is due, lets that pump deliver, and looks again. One for all, since what costs is to
// wake: a hundred busy links have a packet due every 10 us, and a goroutine and a timer for
// each would spend more on waking than on packets.
//
// There is a keeper while there is a pump. It sleeps without a timer while nothing is on
// its way.
//
// The watch is kept by one goroutine, and by a second one behind it where there are threads for
// two: see understudyLag.
type keeper struct {
	watches []*watch

	mu     sync.Mutex // guards what follows, what a watch sleeps for, and the turn of every pump
	pumps  int
	agenda agenda
}

// watch is one goroutine of the keeper.
type watch struct {
	sleeper
	lag   time.Duration // how long after a packet is due this one comes for it
	ended chan struct{} // closed when its goroutine has ended

	bed     atomic.Int32 // the processor that its thread slept on last
	until   time.Time    // what the sleep in progress is for; zero if none is, or for nothing
	awaited time.Time    // what it has slept for last
}

// A thread wakes late, and the later the longer it slept: measured on a virtual machine, by
// 0.02 ms from a sleep of 1 ms and by 0.05 to 0.1 ms from one of 100 ms, and what it does
// next is slower too. So the keeper wakes early by a share of its sleep and spins the rest:
// at most 6 % of one processor, and only while a packet is on its way.
const (
	leadShare = 16
	maxLead   = 300 * time.Microsecond
)

// A thread that wakes on a processor which is in the middle of something that cannot be
// interrupted waits for its end, though another processor is idle: a virtual machine's memory
// was seen to be looked through by its kernel for 8 ms at a time, and a processor that the host
// has taken away is no better. So a second thread sleeps on another processor, and wakes when
// the first should long have delivered. Almost always it has, and the second goes to sleep again.
const understudyLag = 300 * time.Microsecond

// turn is what the keeper knows of a pump.
type turn struct {
	due   time.Time // when the pump wants to deliver
	place int       // on the agenda, counted from 1; 0 if it is not there
}

// duty is the keeper of this process while there is one.
var duty struct {
	sync.Mutex
	keeper *keeper
}

// hire returns the keeper, for one more pump, which must dismiss it.
func hire() *keeper {
	duty.Lock()
	defer duty.Unlock()
	k := duty.keeper
	if k == nil {
		k = &keeper{pumps: 1, watches: watches()}
		duty.keeper = k
		for _, w := range k.watches {
			go k.keep(w)
		}
		return k
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.pumps++
	return k
}

// Watches is how many goroutines keep time for the links of this process. Each has one of Go's
// processors (runtime.GOMAXPROCS) to itself, even while it sleeps. So there must be more of those
// than Watches, or only one goroutine keeps time.
const Watches = 2

func watches() []*watch {
	all := []*watch{{ended: make(chan struct{})}}
	if runtime.GOMAXPROCS(0) > Watches && runtime.NumCPU() > 1 {
		all = append(all, &watch{ended: make(chan struct{}), lag: understudyLag})
	}
	return all
}

// dismiss ends what hire began for p, and the keeper with the last pump. It may be called
// once for a pump.
func (k *keeper) dismiss(p *Pump) {
	duty.Lock()
	k.mu.Lock()
	k.agenda.strike(p)
	k.pumps--
	last := k.pumps == 0
	if last {
		duty.keeper = nil
		for _, w := range k.watches {
			w.wake()
		}
	}
	k.mu.Unlock()
	duty.Unlock()
	if last {
		for _, w := range k.watches {
			<-w.ended
		}
	}
}

// remind has p deliver at the given time instead of the one asked for before; the zero Time
// means not at all.
func (k *keeper) remind(p *Pump, at time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if at.IsZero() {
		k.agenda.strike(p)
		return
	}
	k.agenda.enter(p, at)
	for _, w := range k.watches {
		if w.until.IsZero() || at.Add(w.lag).Before(w.until) {
			w.wake()
		}
	}
}

func (k *keeper) keep(w *watch) {
	defer close(w.ended)
	var due []*Pump
	for {
		var nap time.Duration
		if due, nap = k.look(w, due[:0]); nap < 0 {
			return
		}
		for _, p := range due {
			p.deliverDue()
		}
		switch {
		case nap > 0:
			k.part(w)
			w.sleep(nap)
		case len(due) > 0:
			clear(due)
			// What was delivered has readied goroutines on this thread. They run now, before
			// the thread sleeps: else another thread has to wake for them.
			runtime.Gosched()
		}
	}
}

// part moves the thread of an understudy, which is about to sleep, away from the processor that
// the first sleeps on.
func (k *keeper) part(w *watch) {
	if w.lag == 0 {
		w.bed.Store(processor())
	} else if first := k.watches[0].bed.Load(); first == processor() {
		leave(first)
	}
}

// look appends to due the pumps whose time has come for w. If there are none, nap is how long to
// sleep before the next look; below 0 it says that nobody needs the keeper any more.
func (k *keeper) look(w *watch, due []*Pump) (_ []*Pump, nap time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	w.until = time.Time{}
	if k.pumps == 0 {
		return due, -1
	}
	if len(k.agenda) == 0 {
		w.lieDown()
		return due, forever
	}
	now := time.Now()
	next := k.agenda[0].turn.due.Add(w.lag)
	left := next.Sub(now)
	if left <= 0 {
		for len(k.agenda) > 0 && !k.agenda[0].turn.due.After(now) {
			due = append(due, heap.Pop(&k.agenda).(*Pump))
		}
		return due, 0
	}
	if w.lag > 0 {
		w.until = next
		w.lieDown()
		return due, left
	}
	if next.Equal(w.awaited) && left <= maxLead {
		return due, 0 // awake for it already
	}
	w.awaited, w.until = next, next
	w.lieDown()
	return due, left - min(left/leadShare, maxLead)
}

// agenda holds the pumps that have packets, the first to deliver at the top: a heap.
type agenda []*Pump

// enter notes when p wants to deliver, instead of what was noted before.
func (a *agenda) enter(p *Pump, due time.Time) {
	p.turn.due = due
	if p.turn.place == 0 {
		heap.Push(a, p)
	} else {
		heap.Fix(a, p.turn.place-1)
	}
}

// strike takes p off the agenda if it is there.
func (a *agenda) strike(p *Pump) {
	if p.turn.place > 0 {
		heap.Remove(a, p.turn.place-1)
	}
}

// Len, Less, Swap, Push and Pop implement heap.Interface.
func (a agenda) Len() int           { return len(a) }
func (a agenda) Less(i, j int) bool { return a[i].turn.due.Before(a[j].turn.due) }

// Swap implements heap.Interface.
func (a agenda) Swap(i, j int) {
	a[i], a[j] = a[j], a[i]
	a[i].turn.place, a[j].turn.place = i+1, j+1
}

// Push implements heap.Interface.
func (a *agenda) Push(p any) {
	*a = append(*a, p.(*Pump))
	p.(*Pump).turn.place = len(*a)
}

// Pop implements heap.Interface.
func (a *agenda) Pop() any {
	last := len(*a) - 1
	p := (*a)[last]
	(*a)[last] = nil
	*a = (*a)[:last]
	p.turn.place = 0
	return p
}
