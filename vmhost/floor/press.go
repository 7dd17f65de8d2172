// Package floor measures how long a machine's screen takes to show what a key did, where there is
// no network: the floor under every response time of a study.
//
// A robot presses a key and waits for the first update that draws something, fully read. What that
// takes has three parts: the guest's own work, the way in which QEMU's display is looked at, and
// the protocol. The first differs from guest to guest; the second must not depend on how long the
// key is held or how long nothing has happened before, or studies would measure fingers.
package floor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"vmstudy/rfb/robot"
)

// A Finger is a way to press keys.
type Finger struct {
	Hold time.Duration // from down to up
	Gap  time.Duration // from the last answer, or the last release if that is later, to the next key
	Keys int           // how many; an even number leaves an editor as it was
}

// keys are pressed in turn: in an editor each shows, and the text does not grow. With a longer
// text the guest's own work grows, and what comes last seems slowest.
var keys = [...]uint32{'a', robot.KeyBackspace}

// patience is how long an answer may take before it counts as none.
const patience = 5 * time.Second

// Press presses keys and returns how long the answer to each took: the first update that draws
// something after the key went down.
func (f Finger) Press(ctx context.Context, c *robot.Client) ([]time.Duration, error) {
	var took []time.Duration
	for i := range f.Keys {
		if err := wait(ctx, f.Gap); err != nil {
			return nil, err
		}
		one, err := f.press(ctx, c, keys[i%len(keys)])
		if err != nil {
			return nil, fmt.Errorf("key %d, held %v: %w", len(took)+1, f.Hold, err)
		}
		took = append(took, one)
	}
	return took, nil
}

func (f Finger) press(ctx context.Context, c *robot.Client, key uint32) (time.Duration, error) {
	before, pressed := c.Changes(), time.Now()
	if err := c.Key(ctx, key, true); err != nil {
		return 0, err
	}
	released := make(chan error, 1)
	go func() {
		err := wait(ctx, f.Hold)
		released <- errors.Join(err, c.Key(ctx, key, false))
	}()
	patient, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	change, err := c.WaitChange(patient, before)
	if err := errors.Join(err, <-released); err != nil {
		return 0, err
	}
	return change.At.Sub(pressed), nil
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
