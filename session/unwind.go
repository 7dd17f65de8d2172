package session

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// Limits of one closing step. A step gets stepLimit, but at most until the caller's context ends, and then
// stepGrace more. After that the next step begins.
const (
	stepLimit = 10 * time.Second
	stepGrace = 2 * time.Second
)

// An unwinding closes what was made, once and in reverse order. If a step takes too long, it goes on in the
// background and the next step begins. Often a later step ends the slow one: closing the stream, for example,
// ends a machine that waits for its memory.
type unwinding struct {
	steps []ending // in the order in which things were made
	once  sync.Once
	over  chan struct{} // closed when every step has ended or goes on in the background

	mu   sync.Mutex
	now  string // the step under way
	errs []error
}

// ending closes one thing.
type ending struct {
	what string
	do   func(context.Context) error
}

func newUnwinding() *unwinding { return &unwinding{over: make(chan struct{})} }

// add registers do, which closes what was just made.
func (u *unwinding) add(what string, do func(context.Context) error) {
	u.steps = append(u.steps, ending{what, do})
}

// run takes the steps and returns when all are done. If ctx ends first, run returns soon, and the
// remaining steps go on in the background, each with at most stepGrace. Further calls only wait.
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
			go func() { // the log says when it ends
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
