package stream

import (
	"context"
	"time"
)

// LeastStall is the shortest wait that is reported. A person may feel it.
const LeastStall = 50 * time.Millisecond

// Stall is a wait of a reader for chunks that were not here.
type Stall struct {
	Began  time.Time
	Took   time.Duration // at least LeastStall
	Chunks int           // how many chunks it waited for
}

// await returns when chunks first to last of im are here, so that a reader can read them.
func (n *Near) await(ctx context.Context, im *Image, first, last uint32) error {
	if err := n.Err(); err != nil {
		return err
	}
	if err := n.restore(im, first, last); err != nil {
		return err
	}
	began := time.Now()
	n.mu.Lock()
	waits, stumbles := n.planner.Read(began, im.number, first, last)
	n.mu.Unlock()
	if len(waits) == 0 {
		return nil
	}
	n.nudge()
	n.stumbled(stumbles)
	var err error
	for _, here := range waits {
		if err = n.waitFor(ctx, here); err != nil {
			break
		}
	}
	n.waited(began, len(waits))
	return err
}

// waited notes that a reader got the chunks that it waited for, or gave up.
func (n *Near) waited(began time.Time, chunks int) {
	n.mu.Lock()
	now := time.Now()
	n.planner.Waited(now, began)
	n.mu.Unlock()
	if took := now.Sub(began); took >= LeastStall && n.stalled != nil {
		n.stalled(Stall{Began: began, Took: took, Chunks: chunks})
	}
}

// stumbled sends a value to Stumbles if it is better to hold the machine.
func (n *Near) stumbled(does bool) {
	if !does {
		return
	}
	select {
	case n.stumble <- struct{}{}:
	default: // told already
	}
}
