package clockbench

import (
	"context"
	"sync"
	"time"
)

// A witness knows when a machine's screen changed, by this computer's clock. The browser runs on this computer, too. So what a
// page reports can be compared with the truth, and not only with what it reports under other conditions. An error that is
// always the same can be found only in this way.
type witness struct {
	key   string                          // the key that changes the screen
	ready func(ctx context.Context) error // makes the machine tell of the next key; nil if it tells of every key

	mu    sync.Mutex
	flips []time.Time
}

// prepare makes the machine tell of the next key. It first waits until the machine has told of the n keys before, because
// the machine cannot tell of two keys at once.
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

// take returns the times of the changes since it was last called.
func (w *witness) take() []time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	taken := w.flips
	w.flips = nil
	return taken
}

// keyOf returns the key that is typed if w is the witness. w may be nil.
func keyOf(w *witness) string {
	if w == nil {
		return "a"
	}
	return w.key
}
