package record

import (
	"sync"
	"sync/atomic"
	"time"
)

// bytesPerSecond is what all recorders together write at most, for longer than their queues
// last: some half of a processor's time. Sixteen busy desktops send a third of it; a screen that
// sends more by itself than any browser can draw ends its recording, instead of having it
// compressed with the time that its session needs.
const bytesPerSecond = 128 << 20

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

// pace is what all recorders share, to keep from taking the processors away from the sessions that
// they record: one works at a time, when sessions have nothing to do, and rests after each turn. To
// rest means to sleep and not to yield, since Go looks for what has come from the network only
// when a processor has nothing else to do, or every 10 ms.
type pace struct {
	born    time.Time
	passed  atomic.Int64 // when something passed a session last, as nanoseconds since born
	waiting atomic.Int64 // chunks of all recorders
	spare   sync.Pool    // of chunks

	working sync.Mutex // held during a turn

	mu    sync.Mutex
	free  time.Time // when what was written until now has been rested for
	hurry bool
}

func newPace(now time.Time) *pace { return &pace{born: now} }

// turn lets do write n bytes, and rests.
func (p *pace) turn(n int, do func() error) error {
	p.working.Lock()
	for waits := 0; waits < mostWaits && !p.calm(time.Since(p.born)); waits++ {
		time.Sleep(calmAfter)
	}
	err := do()
	p.working.Unlock()
	time.Sleep(p.wrote(time.Now(), n))
	return err
}

// calm tells whether a recorder may have its turn, so long after p was born.
func (p *pace) calm(now time.Duration) bool {
	return now-time.Duration(p.passed.Load()) >= calmAfter || p.waiting.Load() > mostPatient || p.hurries()
}

func (p *pace) hurries() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.hurry
}

// wrote notes that n bytes have been written and returns how long to rest before the next.
func (p *pace) wrote(now time.Time, n int) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.hurry {
		return 0
	}
	if p.free.Before(now) {
		p.free = now
	}
	p.free = p.free.Add(time.Duration(n) * time.Second / bytesPerSecond)
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
