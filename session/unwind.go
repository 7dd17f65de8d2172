package session

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// How long one step of an ending may take before the next one begins, while there is time, and when
// there is none left.
const (
	stepLimit = 10 * time.Second
	stepGrace = 2 * time.Second
)

// An unwinding ends what was made, in reverse order, once. No step can keep the others from being taken: one
// that takes too long is left to itself. Often it ends by what a later one does, as a machine that waits
// for its memory does by the end of the stream.
type unwinding struct {
	steps []ending // in the order in which things were made
	once  sync.Once
	over  chan struct{} // closed when every step has been taken, or was left to itself

	mu   sync.Mutex
	now  string // the step that is being taken
	errs []error
}

// ending is how one thing ends.
type ending struct {
	what string
	do   func(context.Context) error
}

func newUnwinding() *unwinding { return &unwinding{over: make(chan struct{})} }

// add says how what was just made ends.
func (u *unwinding) add(what string, do func(context.Context) error) {
	u.steps = append(u.steps, ending{what, do})
}

// run takes the steps and returns when they are taken, or when ctx ends: then it goes on by itself,
// with less patience. Further calls wait likewise.
func (u *unwinding) run(ctx context.Context) error {
	u.once.Do(func() {
		go func() {
			defer close(u.over)
			for i := len(u.steps) - 1; i >= 0; i-- {
				u.take(ctx, u.steps[i])
			}
		}()
	})
	select {
	case <-u.over:
	case <-ctx.Done():
		select {
		case <-u.over:
		case <-time.After(2 * stepGrace):
		}
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	errs := u.errs
	select {
	case <-u.over:
	default:
		errs = append(errs[:len(errs):len(errs)], fmt.Errorf("%s is still being closed: %w", u.now, context.Cause(ctx)))
	}
	return errors.Join(errs...)
}

// take takes one step, within stepLimit and ctx.
func (u *unwinding) take(ctx context.Context, e ending) {
	u.mu.Lock()
	u.now = e.what
	u.mu.Unlock()
	began := time.Now()
	ctx, cancel := context.WithTimeoutCause(ctx, stepLimit, fmt.Errorf("it took more than %v", stepLimit))
	taken := make(chan error, 1)
	go func() {
		defer cancel()
		taken <- e.do(ctx)
	}()
	var err error
	select {
	case err = <-taken:
	case <-ctx.Done():
		select {
		case err = <-taken:
		case <-time.After(stepGrace):
			err = context.Cause(ctx)
			go func() { // it is not forgotten
				err := <-taken
				slog.Warn("closed late", "what", e.what, "took", time.Since(began), "err", err)
			}()
		}
	}
	if err != nil {
		u.mu.Lock()
		defer u.mu.Unlock()
		u.errs = append(u.errs, fmt.Errorf("closing the %s: %w", e.what, err))
	}
}
