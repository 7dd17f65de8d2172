package record

import (
	"sync"
	"sync/atomic"
	"time"
)

// shortestRest is the shortest rest for which a timer is set. Shorter ones are added up.
const shortestRest = 200 * time.Microsecond

// When a recorder may have its turn. It waits until a moment after the last byte has passed any session, so that it does not
// compete with what a screen has just begun to send. After a number of such waits it works all the same, because what waits
// must reach the disk. If many chunks of all recorders wait, it works at once.
const (
	calmAfter   = time.Millisecond
	mostWaits   = 20
	mostPatient = 256 // 16 MiB
)

// pressedRest shortens the rest after a turn if more than mostPatient chunks wait and are being compressed. The rest is then
// this fraction of the time that the turn took. Otherwise it is as long as the turn. That is enough for storing: half of a
// processor stores twice as much as four fifths of one compress, and sessions that send more than that need the processor.
const pressedRest = 4 // a fourth

// pace keeps all recorders together from taking the processors away from the sessions that they record. One recorder works at
// a time, when sessions have nothing to do. After each turn it rests for as long as the turn took. So recorders use half a
// processor at most, or four fifths of one if they compress and a queue would overflow otherwise. To rest means to sleep.
// Yielding would not be enough, since Go looks for data from the network only when a processor has nothing else to do, or
// every 10 ms.
type pace struct {
	born    time.Time
	passed  atomic.Int64 // when something last passed any session, in nanoseconds since born
	waiting atomic.Int64 // how many chunks of all recorders wait
	spare   sync.Pool    // chunks to fill again

	working sync.Mutex // held during a turn

	mu    sync.Mutex
	free  time.Time // when the rest after all work until now is over
	hurry bool
}

func newPace(now time.Time) *pace { return &pace{born: now} }

// turn calls do when it may work, and then rests. do tells whether it has compressed anything.
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

// calm tells whether nothing has passed for a moment. now is the time since p was born.
func (p *pace) calm(now time.Duration) bool {
	return now-time.Duration(p.passed.Load()) >= calmAfter || p.pressed() || p.hurries()
}

func (p *pace) pressed() bool { return p.waiting.Load() > mostPatient }

func (p *pace) hurries() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.hurry
}

// worked notes how long a turn took, and returns how long to rest before the next.
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

// end ends all rests, so that what waits is written at once: there are no sessions any more.
func (p *pace) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hurry = true
}
