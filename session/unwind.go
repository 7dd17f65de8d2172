package session

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
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
	once sync.Once
	over chan struct{} // closed when every step has ended or goes on in the background

	mu    sync.Mutex
	steps []ending // that are left, in the order in which things were made
	now   string   // the step under way
	errs  []error
}

// ending closes one thing.
type ending struct {
	of   int // the group of things that can be closed before the others
	what string
	do   func(context.Context) error
}

func newUnwinding() *unwinding { return &unwinding{over: make(chan struct{})} }

// add registers do, which closes what was just made and belongs to a group. It must not be called once run was.
func (u *unwinding) add(group int, what string, do func(context.Context) error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.steps = append(u.steps, ending{group, what, do})
}

// pop removes the latest step of the groups from from to to, and returns it.
func (u *unwinding) pop(from, to int) (ending, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for i, e := range slices.Backward(u.steps) {
		if from <= e.of && e.of <= to {
			u.steps = slices.Delete(u.steps, i, i+1)
			return e, true
		}
	}
	return ending{}, false
}

// part takes the steps of the groups from from to to, and returns when all are done or go on in the background. run does
// not take them again.
func (u *unwinding) part(ctx context.Context, from, to int) (err error) {
	for e, ok := u.pop(from, to); ok; e, ok = u.pop(from, to) {
		err = errors.Join(err, u.take(ctx, e))
	}
	return err
}

// run takes the steps and returns when all are done. If ctx ends first, run returns soon, and the
// remaining steps go on in the background, each with at most stepGrace. Further calls only wait.
func (u *unwinding) run(ctx context.Context) error {
	u.once.Do(func() {
		go func() {
			defer close(u.over)
			for e, ok := u.pop(0, math.MaxInt); ok; e, ok = u.pop(0, math.MaxInt) {
				if err := u.take(ctx, e); err != nil {
					u.mu.Lock()
					u.errs = append(u.errs, err)
					u.mu.Unlock()
				}
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
func (u *unwinding) take(ctx context.Context, e ending) error {
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
		return fmt.Errorf("closing the %s: %w", e.what, err)
	}
	return nil
}
