package display

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestLookerLooksForAWhileAfterAnInputAndThenRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		var looks []time.Duration
		began := time.Now()
		l := looker{stir: make(chan struct{}, 1), look: func(context.Context) error {
			looks = append(looks, time.Since(began))
			return nil
		}}
		ended := make(chan error)
		go func() { ended <- l.run(ctx) }()

		const rest = time.Minute
		time.Sleep(rest)
		l.woken()
		time.Sleep(lookFor / 2)
		l.woken() // lookFor begins again
		time.Sleep(rest)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		first, last := looks[0]-rest, looks[len(looks)-1]-rest
		if first != lookEvery || last > lookFor*3/2 || last < lookFor*3/2-lookEvery {
			t.Errorf("looked first %v after the input, last after %v; want %v and %v", first, last, lookEvery, lookFor*3/2)
		}
	})
}

func TestLookerEndsWhenThereIsNothingToLookAt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		gone := errors.New("gone")
		l := looker{stir: make(chan struct{}, 1), look: func(context.Context) error { return gone }}
		l.woken()
		if err := l.run(t.Context()); !errors.Is(err, gone) {
			t.Errorf("got %v, want %v", err, gone)
		}
	})
}
