package session_test

import (
	"context"
	"net"
	"runtime"
	"sync"
	"testing"
	"time"

	"vmstudy/rfb/rfbtest"
	"vmstudy/rfb/tap"
	"vmstudy/session"
	"vmstudy/study"
)

// quickly is how long closing may take on a busy computer, with any viewers connected.
const quickly = 20 * time.Second

// besiege connects rfbtest.Viewers hostile viewers to a screen, at most 32 of them at a time still busy,
// and returns their connections, all still open.
func besiege(ctx context.Context, t *testing.T, dial func(context.Context, func(tap.Event)) (net.Conn, error)) (open []net.Conn) {
	t.Helper()
	n, err := rfbtest.Viewers()
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	room := make(chan struct{}, 32) // viewers that misbehave at the same time
	ways := rfbtest.Hostiles()
	for i := range n {
		room <- struct{}{}
		all.Go(func() {
			defer func() { <-room }()
			conn, err := dial(ctx, func(tap.Event) {})
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

// usage is how much the program uses.
type usage struct {
	goroutines int
	heap       uint64
}

func used() usage {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return usage{runtime.NumGoroutine(), m.HeapAlloc}
}

// awaitNoMore waits until the program uses little more than before.
func awaitNoMore(t *testing.T, before usage) {
	t.Helper()
	const few, little = 10, 16 << 20
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	late := time.After(quickly)
	for {
		now := used()
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

// TestNoViewerHoldsADesktopUp connects hostile viewers to desktops of every access method. Afterwards each
// desktop must answer a normal viewer, and close quickly while further hostile viewers are connected.
func TestNoViewerHoldsADesktopUp(t *testing.T) {
	for method, network := range map[study.AccessMethod]study.NamedNetwork{study.VNC: far, study.Stream: far, study.Local: study.NoNetwork} {
		t.Run(string(method), func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
			defer cancel()
			lab := newLab(t)
			app, _ := lab.Appliance("")
			nothing := used()
			d, err := lab.Open(ctx, session.Request{
				Condition: study.Condition{Access: study.Access{Method: method}, Network: network, Task: app.Tasks[0]}, Seed: 1,
			}, func(session.Progress) {})
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close(ctx)
			before := used()
			hangUp(besiege(ctx, t, d.DialRFB))
			if method != study.VNC {
				awaitNoMore(t, before)
			} // else the link may drop a viewer's FIN, and the machine's end notices only when the link ends

			screen := look(ctx, t, d, &watcher{}) // the desktop still answers a normal viewer
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
			open = nil // so that the connections do not count as used
			awaitNoMore(t, nothing)
		})
	}
}

// TestNoViewerHoldsTheServerUp stops the server while hostile viewers are connected to a running trial, over the
// link and as watchers.
func TestNoViewerHoldsTheServerUp(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	c := conduct(t, newLab(t))
	c.show(ctx, t)
	viewers := besiege(ctx, t, func(ctx context.Context, observe func(tap.Event)) (net.Conn, error) {
		return c.DialScreen(ctx, c.id, observe)
	})
	defer hangUp(viewers)
	watchers := besiege(ctx, t, func(ctx context.Context, _ func(tap.Event)) (net.Conn, error) {
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
