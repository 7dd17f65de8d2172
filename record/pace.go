package record

import (
	"sync"
	"sync/atomic"
	"time"
)

// shortestRest is worth a timer.
const shortestRest = 200 * time.Microsecond

// When a recorder may have its turn: a moment after the last byte has passed any session, so that
// it does not compete with what a screen has only begun to send; or once it has waited for that so
// often, since what waits must reach the disk; or at once where so many chunks wait in all.
const (
	calmAfter   = time.Millisecond
	mostWaits   = 20
	mostPatient = 256 // 16 MiB
)

// pressedRest is how much of the time that a turn took is rested for where more than mostPatient
// chunks wait and are being compressed. Otherwise it is all of it: half a processor stores twice
// as much as four fifths of one compress, and sessions that send more than that need the rest.
const pressedRest = 4 // a fourth

// pace is what all recorders share, to keep from taking the processors away from the sessions that
// they record: one works at a time, when sessions have nothing to do, and rests after each turn, as
// long as that took, which makes half a processor at most; four fifths of one where that compresses
// and a queue would overflow otherwise. To rest means to sleep and not to yield, since Go looks for what has come from
// the network only when a processor has nothing else to do, or every 10 ms.
type pace struct {
	born    time.Time
	passed  atomic.Int64 // when something passed a session last, as nanoseconds since born
	waiting atomic.Int64 // chunks of all recorders
	spare   sync.Pool    // of chunks

	working sync.Mutex // held during a turn

	mu    sync.Mutex
	free  time.Time // when all work until now has been rested for
	hurry bool
}

func newPace(now time.Time) *pace { return &pace{born: now} }

// turn lets do its work, and rests. do tells whether it compressed anything.
func (p *pace) turn(do func() (compressed bool, err error)) error {
	p.working.Lock()
	for waits := 0; waits < mostWaits && !p.calm(time.Since(p.born)); waits++ {
		time.Sleep(calmAfter)
	}
	begun := time.Now()
	compressed, err := do()
	now := time.Now()
	p.working.Unlock()
	time.Sleep(p.worked(now, now.Sub(begun), compressed))
	return err
}

// calm tells whether a recorder may have its turn, so long after p was born.
func (p *pace) calm(now time.Duration) bool {
	return now-time.Duration(p.passed.Load()) >= calmAfter || p.pressed() || p.hurries()
}

func (p *pace) pressed() bool { return p.waiting.Load() > mostPatient }

func (p *pace) hurries() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.hurry
}

// worked notes work that took so long until now and returns how long to rest before the next.
func (p *pace) worked(now time.Time, took time.Duration, compressed bool) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.hurry {
		return 0
	}
	if p.free.Before(now) {
		p.free = now
	}
	if compressed && p.pressed() {
		took /= pressedRest
	}
	p.free = p.free.Add(took)
	if rest := p.free.Sub(now); rest >= shortestRest {
		return rest
	}
	return 0
}

// end lets what waits be written without a rest: there are no sessions any more.
func (p *pace) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hurry = true
}
