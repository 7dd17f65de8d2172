// Package floor measures how long a machine's screen takes to show the effect of a key without a network. That is
// the floor: the least response time that a study can measure.
//
// A robot presses a key and waits until it has read the first update that draws something. That time has three
// parts: the guest's own work, the display (how QEMU's screen is read), and the protocol. The first differs
// between guests. The second must not depend on how long the key is down or on how long the screen was idle
// before; otherwise studies would measure fingers.
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
	Gap  time.Duration // from the answer or the release, whichever is later, to the next key
	Keys int           // how many keys; after an even number the text in an editor is as before
}

// keys are pressed in turn. In an editor each has a visible effect, and the text does not grow. A growing text would
// make the guest slower, so that the last conditions would seem slowest.
var keys = [...]uint32{'a', robot.KeyBackspace}

// patience is how long to wait for an answer before the bench fails.
const patience = 5 * time.Second

// Press presses keys and returns the times to their answers. An answer is the first update that draws something
// after the key went down.
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
