package inlet

import (
	"context"
	"sync"
	"time"
)

// Guest is how an Inlet sees the machine behind it.
type Guest struct {
	// Now tells where the machine's clocks stand.
	Now func() Time
	// Rests, unless nil, waits a few milliseconds and reports whether the guest has read everything that
	// went in before it was called.
	Rests func(ctx context.Context) bool
}

// An Inlet is a Queue with a clock: what may go in goes in. It is safe for concurrent use.
type Inlet struct {
	guest Guest
	wake  chan struct{} // has room for one

	mu      sync.Mutex
	queue   *Queue
	shut    bool
	closed  time.Duration // on the machine's clock, when it was shut
	stopped time.Duration // how long that clock went on while it was shut
	over    bool          // nothing goes in any more
	counts  Counts
}

// Counts are what became of what people did: Brought = Delivered + Passed + Lost + Waiting.
type Counts struct {
	Brought   int64
	Delivered int64         // went in
	Passed    int64         // left out, because a later one was done in its place
	Lost      int64         // did not go in, and will not
	Waiting   int64         // has not gone in yet
	Delayed   int64         // of those delivered, how many had to wait here
	Longest   time.Duration // that one of these waited
	Delay     time.Duration // that they waited, in all
}

// tick is how often an Inlet looks whether what waits may go in, where nothing tells it.
const tick = 4 * time.Millisecond

// New returns an Inlet that is open. What has to wait goes in while Run runs.
func New(room Room, guest Guest) *Inlet {
	return &Inlet{guest: guest, wake: make(chan struct{}, 1), queue: NewQueue(room)}
}

// Room returns how much room the guest has.
func (in *Inlet) Room() Room { return in.queue.room }

// now is where the machine's clocks stand, of which Passed stands still while the Inlet is shut.
func (in *Inlet) now() Time {
	t := in.guest.Now()
	t.Passed -= in.stopped
	return t
}

// Pass takes what somebody does, and does it at once if there is room for it. It reports whether it was
// taken: nobody does so much that it is not.
func (in *Inlet) Pass(d Deed) bool {
	in.mu.Lock()
	now := in.now()
	in.counts.Brought++
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
	if in.queue.Watched() || in.guest.Rests != nil && in.queue.Tight(now) {
		in.stir()
	}
	in.mu.Unlock()
	if passed != nil {
		passed.told(Fate{Passed: true})
	}
	tell(told)
	return true
}

// fated is a Deed and what has become of it.
type fated struct {
	deed Deed
	fate Fate
}

func tell(all []fated) {
	for _, f := range all {
		f.deed.told(f.fate)
	}
}

// pop does what may go in at now. The caller holds mu, and tells what it returns afterwards.
func (in *Inlet) pop(now Time) (done []fated) {
	for !in.shut && !in.over {
		d, ok := in.queue.Pop(now)
		if !ok {
			break
		}
		arrived, own := d.Do(), !d.at.IsZero()
		if !own {
			continue // nobody did it
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

// Close keeps everything out until Open.
func (in *Inlet) Close() {
	in.mu.Lock()
	defer in.mu.Unlock()
	if !in.shut {
		in.shut, in.closed = true, in.guest.Now().Passed
	}
}

// Open lets in what waits, as far as there is room.
func (in *Inlet) Open() {
	in.mu.Lock()
	defer in.mu.Unlock()
	if in.shut {
		in.shut = false
		in.stopped += in.guest.Now().Passed - in.closed
	}
	in.stir()
}

// Counts returns what has become of what people did so far.
func (in *Inlet) Counts() Counts {
	in.mu.Lock()
	defer in.mu.Unlock()
	c := in.counts
	c.Waiting = int64(in.queue.Waiting())
	return c
}

// stir makes Run look.
func (in *Inlet) stir() {
	select {
	case in.wake <- struct{}{}:
	default:
	}
}

// Run lets in what has to wait, until ctx ends. What waits then is lost.
func (in *Inlet) Run(ctx context.Context) {
	defer in.end()
	pause := time.NewTimer(tick)
	defer pause.Stop()
	for {
		pause.Stop() // an Inlet through which nothing goes wakes nobody
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

// step lets in what may go in, looking for more room if that is short. It reports whether it is worth
// another step.
func (in *Inlet) step(ctx context.Context) bool {
	in.mu.Lock()
	now := in.now()
	told := in.pop(now)
	again := !in.shut && in.queue.Watched()
	ask := !in.shut && in.guest.Rests != nil && in.queue.Tight(now)
	in.mu.Unlock()
	tell(told)
	if !ask || !in.guest.Rests(ctx) {
		return again || ask
	}
	in.mu.Lock()
	in.queue.Taken(now.Wall)
	told = in.pop(in.now())
	again = in.queue.Watched()
	in.mu.Unlock()
	tell(told)
	return again
}

// end gives up what waits.
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
