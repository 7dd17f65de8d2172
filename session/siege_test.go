package session_test

import (
	"context"
	"net"
	"runtime"
	"sync"
	"testing"
	"time"

	"vmstudy/rfb"
	"vmstudy/rfb/rfbtest"
	"vmstudy/session"
	"vmstudy/study"
)

// quickly is how long an ending may take on a busy computer, whoever is connected.
const quickly = 20 * time.Second

// besiege sends as many hostile viewers as rfbtest.Viewers says to a screen, some at a time, and returns
// their connections, all still open.
func besiege(ctx context.Context, t *testing.T, dial func(context.Context, func(rfb.Event)) (net.Conn, error)) (open []net.Conn) {
	t.Helper()
	n, err := rfbtest.Viewers()
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	room := make(chan struct{}, 32) // so many treat it badly at once
	ways := rfbtest.Hostiles()
	for i := range n {
		room <- struct{}{}
		all.Go(func() {
			defer func() { <-room }()
			conn, err := dial(ctx, func(rfb.Event) {})
			if err != nil {
				t.Errorf("viewer %d: %v", i, err)
				return
			}
			ways[i%len(ways)].Do(conn)
			mu.Lock()
			defer mu.Unlock()
			open = append(open, conn)
		})
	}
	all.Wait()
	return open
}

func hangUp(conns []net.Conn) {
	for _, c := range conns {
		_ = c.Close()
	}
}

// held is what the program holds on to.
type held struct {
	goroutines int
	heap       uint64
}

func holds() held {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return held{runtime.NumGoroutine(), m.HeapAlloc}
}

// awaitNoMore waits until the program holds little more than before.
func awaitNoMore(t *testing.T, before held) {
	t.Helper()
	const few, little = 10, 16 << 20
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	late := time.After(quickly)
	for {
		now := holds()
		if now.goroutines <= before.goroutines+few && now.heap <= before.heap+little {
			return
		}
		select {
		case <-tick.C:
		case <-late:
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines and %d MiB are held, %d and %d before\n%s", now.goroutines, now.heap>>20,
				before.goroutines, before.heap>>20, stacks[:runtime.Stack(stacks, true)])
		}
	}
}

// TestNoViewerHoldsADesktopUp besieges desktops of every access method, which answer afterwards, and
// closes them while others besiege them.
func TestNoViewerHoldsADesktopUp(t *testing.T) {
	for method, network := range map[study.AccessMethod]study.NamedNetwork{study.VNC: far, study.Stream: far, study.Local: study.NoNetwork} {
		t.Run(string(method), func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
			defer cancel()
			lab := newLab(t)
			app, _ := lab.Appliance("")
			nothing := holds()
			d, err := lab.Open(ctx, session.Request{
				Condition: study.Condition{Method: method, Network: network, Task: app.Tasks[0]}, Seed: 1,
			}, func(session.Progress) {})
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close(ctx)
			before := holds()
			hangUp(besiege(ctx, t, d.DialRFB))
			if method != study.VNC {
				awaitNoMore(t, before)
			} // else a goodbye may get lost on the link, which the machine's end then learns when the link ends

			screen := look(ctx, t, d, &watcher{}) // a person is served after all that
			if err := screen.Close(); err != nil {
				t.Error(err)
			}
			open := besiege(ctx, t, d.DialRFB)
			defer func() { hangUp(open) }()
			began := time.Now()
			if err := d.Close(ctx); err != nil {
				t.Errorf("Close: %v", err)
			}
			took := time.Since(began)
			if took > quickly {
				t.Errorf("closing took %v", took)
			}
			t.Logf("%d viewers: closed in %v", len(open), took)
			hangUp(open)
			open = nil // what the test itself holds is no fault
			awaitNoMore(t, nothing)
		})
	}
}

// TestNoViewerHoldsTheServerUp stops the server while a running trial is besieged, by viewers and by those
// who watch.
func TestNoViewerHoldsTheServerUp(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	c := conduct(t, newLab(t))
	c.show(ctx, t)
	viewers := besiege(ctx, t, func(ctx context.Context, observe func(rfb.Event)) (net.Conn, error) {
		return c.DialScreen(ctx, c.id, observe)
	})
	defer hangUp(viewers)
	watchers := besiege(ctx, t, func(ctx context.Context, _ func(rfb.Event)) (net.Conn, error) {
		return c.WatchScreen(ctx, c.id)
	})
	defer hangUp(watchers)
	began := time.Now()
	c.stop()
	if took := time.Since(began); took > quickly {
		t.Errorf("the server took %v to stop", took)
	}
	s, err := c.store.Session(t.Context(), c.id)
	if err != nil {
		t.Fatal(err)
	}
	if last := s.Trials[0].Last(); last.State != study.Interrupted {
		t.Errorf("the attempt is on record as %s, want interrupted", last.State)
	}
}
