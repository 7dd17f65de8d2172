package display

import (
	"context"
	"time"
)

// How often QEMU is made to look at the screen of a guest that does not say when it has drawn.
const (
	// lookEvery is the time from one look to the next. It adds half of that to an answer on average.
	lookEvery = 4 * time.Millisecond
	// lookFor is how long to look often after an input. Otherwise QEMU looks every 30 ms by itself.
	lookFor = 100 * time.Millisecond
)

// A looker calls look every lookEvery for lookFor after each stir, and never otherwise.
type looker struct {
	look func(context.Context) error
	stir chan struct{} // has room for one
}

// run looks until ctx ends or looking fails.
func (l looker) run(ctx context.Context) error {
	ticks := time.NewTicker(lookEvery)
	defer ticks.Stop()
	for {
		ticks.Stop()
		select {
		case <-l.stir:
		case <-ctx.Done():
			return nil
		}
		ticks.Reset(lookEvery)
		if err := l.lookFor(ctx, ticks.C); err != nil {
			return err
		}
	}
}

func (l looker) lookFor(ctx context.Context, ticks <-chan time.Time) error {
	enough := time.NewTimer(lookFor)
	defer enough.Stop()
	for {
		select {
		case <-ticks:
			if err := l.look(ctx); err != nil && ctx.Err() == nil {
				return err
			}
		case <-l.stir:
			enough.Reset(lookFor)
		case <-enough.C:
			return nil
		case <-ctx.Done():
			return nil
		}
	}
}

// woken makes the looker look. It never blocks.
func (l looker) woken() {
	select {
	case l.stir <- struct{}{}:
	default:
	}
}
