package signin

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"vmstudy/study"
	"vmstudy/web/page"
)

func TestOneAddressCannotTryManyNames(t *testing.T) {
	tr, now := newTries(nil, nil), time.Unix(0, 0)
	for i := range addressAtOnce {
		if !tr.allow(now, fmt.Sprint(i), "192.0.2.1") {
			t.Fatalf("try %d of another name each was refused", i+1)
		}
	}
	if tr.allow(now, "one more", "192.0.2.1") {
		t.Errorf("more than %d names were tried at once from one address", addressAtOnce)
	}
	if !tr.allow(now, "one more", "192.0.2.2") {
		t.Error("another address has to pay for it")
	}
	if !tr.allow(now.Add(addressEvery), "one more", "192.0.2.1") {
		t.Errorf("after %v there is no other try", addressEvery)
	}
}

// slowCheck checks a password until the test lets it end.
type slowCheck struct{ began, end chan struct{} }

func (c slowCheck) check(context.Context, string, string) (bool, error) {
	c.began <- struct{}{}
	<-c.end
	return true, nil
}

func TestPasswordsAreCheckedOneAtATimeInABoundedQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := slowCheck{make(chan struct{}), make(chan struct{})}
		tr := newTries(slow.check, nil)
		var waiting sync.WaitGroup
		for i := range mostWaiting {
			waiting.Go(func() {
				if ok, err := tr.verify(t.Context(), fmt.Sprint("address ", i/mostFromAddress), "x", "y"); !ok || err != nil {
					t.Errorf("verify = %v, %v, want true", ok, err)
				}
			})
		}
		<-slow.began
		synctest.Wait()
		select {
		case <-slow.began:
			t.Error("two passwords are checked at the same time")
		default:
		}
		if _, err := tr.verify(t.Context(), "another", "x", "y"); !errors.Is(err, page.ErrLimited) || study.Sentence(err) == "" {
			t.Errorf("with a full queue: %v, want errLimited with a sentence", err)
		}
		if _, err := tr.hash(t.Context(), "another", "x"); !errors.Is(err, page.ErrLimited) {
			t.Errorf("a new password with a full queue: %v, want errLimited", err)
		}
		slow.end <- struct{}{}
		for range mostWaiting - 1 {
			<-slow.began
			slow.end <- struct{}{}
		}
		waiting.Wait()
		if len(tr.waiting) != 0 || tr.queue != 0 {
			t.Errorf("at the end %v wait, want nobody", tr.waiting)
		}
	})
}

func TestOneAddressCannotFillTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := slowCheck{make(chan struct{}), make(chan struct{})}
		tr := newTries(slow.check, nil)
		ctx, cancel := context.WithCancel(t.Context())
		var waiting sync.WaitGroup
		for range mostFromAddress {
			waiting.Go(func() { _, _ = tr.verify(ctx, "192.0.2.1", "x", "y") })
		}
		<-slow.began
		synctest.Wait()
		if _, err := tr.verify(ctx, "192.0.2.1", "x", "y"); !errors.Is(err, page.ErrLimited) {
			t.Errorf("one more from the same address: %v, want errLimited", err)
		}
		waiting.Go(func() {
			if ok, err := tr.verify(t.Context(), "192.0.2.2", "x", "y"); !ok || err != nil {
				t.Errorf("from another address: %v, %v, want true", ok, err)
			}
		})
		synctest.Wait()
		cancel() // a client that waits gives up
		slow.end <- struct{}{}
		<-slow.began
		slow.end <- struct{}{}
		waiting.Wait()
	})
}

func TestWhoLeavesDoesNotWait(t *testing.T) {
	tr := newTries(nil, nil)
	tr.lane <- struct{}{}
	ctx, cancel := context.WithCancelCause(t.Context())
	gone := errors.New("the browser has gone")
	cancel(gone)
	if _, err := tr.verify(ctx, "192.0.2.1", "x", "y"); !errors.Is(err, gone) {
		t.Errorf("verify = %v, want it to wait until %v", err, gone)
	}
}

func TestTriesRememberABoundedNumberOfNames(t *testing.T) {
	tr, now := newTries(nil, nil), time.Unix(0, 0)
	tr.most = 10
	for range triesAtOnce {
		tr.allow(now, "kept", "a")
	}
	for i := range 100 {
		now = now.Add(time.Second)
		tr.allow(now, fmt.Sprint(i), "b")
		if len(tr.by) > tr.most {
			t.Fatalf("%d names are remembered, want at most %d", len(tr.by), tr.most)
		}
	}
	long := strings.Repeat("long", 1000)
	if key := keyOf(long, "a"); len(key.name) != maxKeyName {
		t.Errorf("a name of %d bytes is remembered with %d", len(long), len(key.name))
	}
}

// A stranger at one address who tries ever new names must not make the server forget whom it refuses.
func TestAStrangerCannotMakeTheServerForget(t *testing.T) {
	tr, now := newTries(nil, nil), time.Unix(0, 0)
	tr.most = 50
	for range triesAtOnce {
		tr.allow(now, "known", "192.0.2.1")
	}
	for i := range 10 * tr.most {
		tr.allow(now, fmt.Sprint(i), "192.0.2.2")
	}
	if tr.allow(now, "known", "192.0.2.1") {
		t.Error("after many names from another address the limit of a name is gone")
	}
	for i := range 10 * tr.most {
		tr.allow(now, "known", fmt.Sprint("198.51.100.", i))
	}
	if tr.allow(now, "known", "192.0.2.1") || tr.allow(now, "one more", "192.0.2.2") {
		t.Error("after many addresses a limit that was reached is gone")
	}
}
