package postgres

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"
)

func TestRetryWaitsForAServerThatIsAway(t *testing.T) {
	odd := errors.New("not about the connection")
	tests := map[string]struct {
		failures   []error // returned by the first calls, in this order; later calls succeed
		repeatable bool
		calls      int
		took       time.Duration
		want       error
	}{
		"no failure, no wait":            {nil, true, 1, 0, nil},
		"pauses double":                  {[]error{io.EOF, io.EOF, io.EOF}, true, 4, (25 + 50 + 100) * time.Millisecond, nil},
		"another error is final":         {[]error{io.EOF, odd}, true, 2, 25 * time.Millisecond, odd},
		"what was sent is not repeated":  {[]error{io.EOF}, false, 1, 0, ErrUnavailable},
		"after 15 s it is given up":      {always(io.ErrUnexpectedEOF), true, 20, 14575 * time.Millisecond, ErrUnavailable},
		"a missing row is nobody's wait": {[]error{errors.ErrUnsupported}, true, 1, 0, errors.ErrUnsupported},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began, calls := time.Now(), 0
				err := retry(t.Context(), patience, func() (bool, error) {
					calls++
					if calls <= len(test.failures) {
						return test.repeatable, test.failures[calls-1]
					}
					return test.repeatable, nil
				})
				if !errors.Is(err, test.want) || calls != test.calls || time.Since(began) != test.took {
					t.Errorf("got error %v after %d calls and %v, want %v after %d and %v",
						err, calls, time.Since(began), test.want, test.calls, test.took)
				}
			})
		})
	}
}

// always returns more failures than retry can meet within its patience.
func always(err error) []error {
	failures := make([]error, 1_000)
	for i := range failures {
		failures[i] = err
	}
	return failures
}

func TestRetryEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		why := errors.New("the page was closed")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(why) })
		err := retry(ctx, patience, func() (bool, error) { return true, io.EOF })
		if !errors.Is(err, why) {
			t.Errorf("got %v, want %v", err, why)
		}
	})
}

func TestUnavailableIsKnownWithoutThisPackage(t *testing.T) {
	err := explain(io.EOF)
	var temporary interface{ Temporary() bool }
	if !errors.As(err, &temporary) || !temporary.Temporary() || !errors.Is(err, ErrUnavailable) || !errors.Is(err, io.EOF) {
		t.Errorf("got %#v, want an error that is temporary, ErrUnavailable and io.EOF", err)
	}
}
