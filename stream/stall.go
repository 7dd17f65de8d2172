package stream

import (
	"time"
)

// LeastStall is from which length on a wait is told: what a person may feel.
const LeastStall = 50 * time.Millisecond

// Stall is a wait of a reader for chunks that were not here.
type Stall struct {
	Began  time.Time
	Took   time.Duration // at least LeastStall
	Chunks int           // that were waited for
}

// endWait notes that a reader got what it waited for, or gave up.
func (n *Near) endWait(began time.Time, chunks int) {
	n.mu.Lock()
	now := time.Now()
	n.firsts.endWait(now)
	n.stats.waited(now.Sub(began))
	n.mu.Unlock()
	if took := now.Sub(began); took >= LeastStall && n.stalled != nil {
		n.stalled(Stall{Began: began, Took: took, Chunks: chunks})
	}
}
