package pump

import (
	"container/heap"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// keeper keeps time for every pump of the process: it sleeps until the first packet of any pump is
// due, lets that pump deliver, and looks again. There is one keeper for all pumps because waking is
// expensive: a hundred busy links have a packet due every 10 us, and a goroutine with a timer for
// each link would spend more time on waking than on packets.
//
// The keeper exists as long as any pump exists. While no packet is under way, it sleeps without a timer.
//
// It has one goroutine (a watch) and, if there are enough threads, a second one as understudy: see
// understudyLag.
type keeper struct {
	watches []*watch

	mu     sync.Mutex // guards the fields below, until and awaited of each watch, and the turn of every pump
	pumps  int        // how many pumps exist
	agenda agenda
}

// watch is one goroutine of the keeper.
type watch struct {
	sleeper
	lag   time.Duration // this watch wakes for a packet so long after it is due; 0 for the first watch
	ended chan struct{} // closed when its goroutine has ended

	bed     atomic.Int32 // the processor on which its thread slept last
	until   time.Time    // the time for which it sleeps now; zero if it is awake or sleeps without end
	awaited time.Time    // the due time for which it slept last
}

// A thread wakes late, and later after a longer sleep: on a virtual machine by 0.02 ms after 1 ms
// and by 0.05 to 0.1 ms after 100 ms. After a long sleep its next instructions are slower, too. So
// the keeper wakes early, by 1/leadShare of its sleep but at most maxLead, and spins for the rest. That
// takes at most 6 % of one processor, and only while a packet is under way.
const (
	leadShare = 16
	maxLead   = 300 * time.Microsecond
)

// A thread that wakes on a processor with uninterruptible work waits for the end of that work, even if
// another processor is idle: a virtual machine's kernel scanned memory for 8 ms at a time, for
// example. The same happens when the host takes the processor away. So a second thread, the
// understudy, sleeps on another processor and wakes understudyLag after a packet is due. Almost
// always the first thread has delivered it by then, and the understudy goes back to sleep.
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

// hire returns the keeper for a new pump, and starts it if this is the first pump. The pump must call
// dismiss at its end.
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

// Watches is how many goroutines keep time for the links of this process. Each occupies one processor
// of Go's scheduler even while it sleeps. So runtime.GOMAXPROCS must be more than Watches; otherwise
// only one goroutine keeps time.
const Watches = 2

func watches() []*watch {
	all := []*watch{{ended: make(chan struct{})}}
	if runtime.GOMAXPROCS(0) > Watches && runtime.NumCPU() > 1 {
		all = append(all, &watch{ended: make(chan struct{}), lag: understudyLag})
	}
	return all
}

// dismiss removes p from the keeper. After the last pump it also ends the keeper. It may be called once
// for a pump.
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

// remind sets the time at which p has to deliver next. The zero Time means never.
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
			// The deliveries have made goroutines runnable on this thread. Let them run before the
			// thread sleeps; otherwise another thread would have to wake for them.
			runtime.Gosched()
		}
	}
}

// part is called before w sleeps. It moves the thread of the understudy away from the processor on
// which the first watch sleeps.
func (k *keeper) part(w *watch) {
	if w.lag == 0 {
		w.bed.Store(processor())
	} else if first := k.watches[0].bed.Load(); first == processor() {
		leave(first)
	}
}

// look appends to due the pumps that w has to let deliver now. If there are none, nap is how long to
// sleep before the next look. A negative nap says that no pump is left, so the watch must end.
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
		return due, 0 // w has woken early for this packet, so it spins
	}
	w.awaited, w.until = next, next
	w.lieDown()
	return due, left - min(left/leadShare, maxLead)
}

// agenda is a heap of the pumps that have packets. The pump that delivers first is at the top.
type agenda []*Pump

// enter sets when p has to deliver.
func (a *agenda) enter(p *Pump, due time.Time) {
	p.turn.due = due
	if p.turn.place == 0 {
		heap.Push(a, p)
	} else {
		heap.Fix(a, p.turn.place-1)
	}
}

// strike removes p from the agenda if it is there.
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
