package inlet

import (
	"context"
	"sync"
	"time"
)

// Guest is what an Inlet needs to know about the machine behind it.
type Guest struct {
	// Now returns the machine's clocks.
	Now func() Time
	// Rests, unless nil, observes the machine for a few milliseconds. It reports true if the guest has
	// certainly read all input that went in before the call.
	Rests func(ctx context.Context) bool
	// Flush, unless nil, waits until QEMU has put all input that went in before the call into the guest's devices. It
	// reports false if that cannot be found out now.
	Flush func(ctx context.Context) bool
	// Works, unless nil, reports whether the guest works at this moment, or the machine has something for it: a page of its disk has
	// come.
	Works func() bool
}

// An Inlet is a Queue with a clock: it sends each input to the machine as soon as the Queue allows. It is safe
// for concurrent use.
type Inlet struct {
	wake chan struct{} // has room for one

	mu      sync.Mutex
	guest   Guest
	ahead   Time // how far the clocks of the machines before had gone when guest followed them; only durations are set
	last    Time // the latest reading of the clocks, with ahead, in which the processor was seen
	joins   bool // guest has followed another machine, and its processor has not been seen yet
	queue   *Queue
	shut    bool // between Close and Open
	shuts   int  // how often the Inlet was shut, or its guest followed another
	closed  Time // the machine's clocks at the last Close
	stopped Time // how far Passed and Slept went on while the Inlet was shut, in all; only these are set
	over    bool // Run has ended: nothing goes in any more
	counts  Counts
}

// Counts say what became of the inputs: Brought = Delivered + Passed + Lost + Waiting.
type Counts struct {
	Brought   int64
	Delivered int64         // went in
	Passed    int64         // were left out, because a later input replaced them
	Lost      int64         // will never go in
	Waiting   int64         // have not gone in yet
	Delayed   int64         // of Delivered: how many had to wait
	Foreign   int64         // signs that the guest's keyboard does not have; most of them are among Lost
	Longest   time.Duration // longest of these waits
	Delay     time.Duration // total of these waits
}

// tick is how often Run checks whether waiting inputs may go in.
const tick = 4 * time.Millisecond

// New returns an open Inlet. Waiting inputs go in only while Run runs.
func New(room Room, guest Guest) *Inlet {
	in := &Inlet{guest: guest, wake: make(chan struct{}, 1), queue: NewQueue(room)}
	in.queue.asks = guest.Flush != nil
	in.queue.works = func() bool { return in.guest.Works != nil && in.guest.Works() }
	return in
}

// Room returns the guest's Room.
func (in *Inlet) Room() Room { return in.queue.room }

// now returns the machine's clocks. Passed and Slept stop while the Inlet is shut.
func (in *Inlet) now() Time {
	t := in.clocks()
	if in.shut {
		t.Passed, t.Slept = in.closed.Passed, in.closed.Slept
	}
	t.Passed -= in.stopped.Passed
	t.Slept -= in.stopped.Slept
	return t
}

// clocks returns the machine's clocks, which went on in the machines that it followed.
func (in *Inlet) clocks() Time {
	t := in.guest.Now()
	t.Passed += in.ahead.Passed
	if t.Worked < 0 {
		t.Denied, t.Slept = in.last.Denied, in.last.Slept
		return t
	}
	if in.joins {
		in.joins = false
		in.ahead.Worked, in.ahead.Denied, in.ahead.Slept = in.last.Worked-t.Worked, in.last.Denied-t.Denied, in.last.Slept-t.Slept
	}
	t.Worked += in.ahead.Worked
	t.Denied += in.ahead.Denied
	t.Slept += in.ahead.Slept
	in.last = t
	return t
}

// Follow lets the inputs go to another machine, which goes on where the one before has stopped. The Inlet must be closed.
func (in *Inlet) Follow(g Guest) {
	in.mu.Lock()
	defer in.mu.Unlock()
	was := in.clocks()
	in.guest, in.queue.asks = g, g.Flush != nil
	in.ahead.Passed = was.Passed - g.Now().Passed
	in.joins = true
	in.shuts++
}

// Pass takes an input, and sends it to the machine at once if there is room for it. It returns false if it
// does not accept the input: Run has ended, or more inputs wait than a person can make.
func (in *Inlet) Pass(d Deed) bool {
	in.mu.Lock()
	now := in.now()
	in.counts.Brought++
	if d.Foreign {
		in.counts.Foreign++
	}
	passed, taken := (*Deed)(nil), false
	if !in.over {
		passed, taken = in.queue.Push(now.Wall, d)
	}
	if !taken {
		in.counts.Lost++
		in.mu.Unlock()
		d.told(Fate{Lost: true})
		return false
	}
	if passed != nil {
		in.counts.Passed++
	}
	told := in.pop(now)
	if in.queue.Watched() || in.queue.Unsure() || in.guest.Rests != nil && in.queue.Tight(now) {
		in.stir()
	}
	in.mu.Unlock()
	if passed != nil {
		passed.told(Fate{Passed: true})
	}
	tell(told)
	return true
}

// fated is a Deed and what became of it.
type fated struct {
	deed Deed
	fate Fate
}

func tell(all []fated) {
	for _, f := range all {
		f.deed.told(f.fate)
	}
}

// pop sends the inputs that may go in at now. The caller holds mu, and passes the result to tell after
// unlocking it.
func (in *Inlet) pop(now Time) (done []fated) {
	for !in.shut && !in.over {
		d, ok := in.queue.Pop(now)
		if !ok {
			break
		}
		arrived, own := d.do(), !d.at.IsZero()
		if !own {
			continue // no viewer made it, see held.again
		}
		f := fated{d, Fate{Delayed: now.Wall.Sub(d.at), Lost: !arrived}}
		in.count(f.fate)
		done = append(done, f)
	}
	return done
}

func (in *Inlet) count(f Fate) {
	switch {
	case f.Lost:
		in.counts.Lost++
	default:
		in.counts.Delivered++
		if f.Delayed > 0 {
			in.counts.Delayed++
			in.counts.Delay += f.Delayed
			in.counts.Longest = max(in.counts.Longest, f.Delayed)
		}
	}
}

// Look finds out how far the machine's clocks have gone, so that what keeps the guest from its work counts from now on.
func (in *Inlet) Look() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.queue.look(in.now())
}

// Close makes all inputs wait until Open.
func (in *Inlet) Close() {
	in.mu.Lock()
	defer in.mu.Unlock()
	if !in.shut {
		in.shut, in.closed = true, in.clocks()
		in.shuts++
	}
}

// Open lets inputs in again.
func (in *Inlet) Open() {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.shut {
		in.shut = false
		now := in.clocks()
		in.stopped.Passed += now.Passed - in.closed.Passed
		in.stopped.Slept += now.Slept - in.closed.Slept
	}
	in.stir()
}

// Counts returns what became of the inputs so far.
func (in *Inlet) Counts() Counts {
	in.mu.Lock()
	defer in.mu.Unlock()
	c := in.counts
	c.Waiting = int64(in.queue.Waiting())
	return c
}

// stir wakes Run.
func (in *Inlet) stir() {
	select {
	case in.wake <- struct{}{}:
	default:
	}
}

// Run sends waiting inputs to the machine, until ctx ends. Inputs that wait then are lost.
func (in *Inlet) Run(ctx context.Context) {
	defer in.end()
	pause := time.NewTimer(tick)
	defer pause.Stop()
	for {
		pause.Stop() // without inputs Run never wakes
		select {
		case <-in.wake:
		case <-ctx.Done():
			return
		}
		for in.step(ctx) {
			pause.Reset(tick)
			select {
			case <-pause.C:
			case <-ctx.Done():
				return
			}
		}
	}
}

// step sends the inputs that may go in. If room is short, it asks whether the guest has read more. It reports
// whether another step is needed.
func (in *Inlet) step(ctx context.Context) bool {
	in.mu.Lock()
	now := in.now()
	told := in.pop(now)
	again := !in.shut && in.queue.Watched()
	ask := !in.shut && in.guest.Rests != nil && in.queue.Tight(now)
	unsure, guest := !in.shut && in.queue.Unsure(), in.guest
	in.mu.Unlock()
	tell(told)
	if unsure {
		again = in.flush(ctx, guest, now.Wall) || again
	}
	if !ask {
		return again
	}
	in.mu.Lock()
	now, guest = in.now(), in.guest // flush has taken its time
	shuts, shut := in.shuts, in.shut
	in.mu.Unlock()
	if shut || guest.Rests == nil || !guest.Rests(ctx) {
		return true
	}
	in.mu.Lock()
	if in.shuts == shuts { // else the processor slept because the machine was held
		in.queue.Taken(now)
	}
	told = in.pop(in.now())
	again = in.queue.Watched() || in.queue.Unsure()
	in.mu.Unlock()
	tell(told)
	return again
}

// flush finds out whether QEMU has taken all input that was sent until then. It reports true if Run must check again.
func (in *Inlet) flush(ctx context.Context, guest Guest, then time.Time) bool {
	if !guest.Flush(ctx) {
		return true
	}
	in.mu.Lock()
	in.queue.Reached(then, in.now())
	told := in.pop(in.now())
	again := in.queue.Watched() || in.queue.Unsure()
	in.mu.Unlock()
	tell(told)
	return again
}

// end counts the waiting inputs as lost.
func (in *Inlet) end() {
	in.mu.Lock()
	in.over = true
	left := in.queue.Drain()
	in.counts.Lost += int64(len(left))
	in.mu.Unlock()
	for _, d := range left {
		d.told(Fate{Lost: true})
	}
}
