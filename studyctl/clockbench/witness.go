package clockbench

import (
	"context"
	"sync"
	"time"
)

// A witness stands beside a machine and knows, by this computer's clock, when its screen changed. The browser runs
// on this computer too, so that what a page reports can be held to the truth, and not only to what it
// reports elsewhere: an error that is always the same shows.
type witness struct {
	key   string                          // that changes the screen
	ready func(ctx context.Context) error // makes the machine tell of the next key; nil if it always does

	mu    sync.Mutex
	flips []time.Time
}

// prepare makes the machine tell of the next key, once it has told of the last n: it could not tell the end of one
// from the beginning of the other.
func (w *witness) prepare(ctx context.Context, n int) error {
	if w == nil || w.ready == nil {
		return nil
	}
	err := until(ctx, "the screen's change", func() (bool, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		return len(w.flips) >= n, nil
	})
	if err != nil {
		return err
	}
	return w.ready(ctx)
}

// flip notes that the screen has just changed.
func (w *witness) flip(at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.flips = append(w.flips, at)
}

// take returns the changes since it was last called.
func (w *witness) take() []time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	taken := w.flips
	w.flips = nil
	return taken
}

// keyOf returns what is typed where w is the witness; there may be none.
func keyOf(w *witness) string {
	if w == nil {
		return "a"
	}
	return w.key
}
