package web

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"vmstudy/study"
)

// cable is a TCP proxy between a browser and a desk's server. A test can cut it, and connect it to
// another server.
type cable struct {
	listener net.Listener

	mu    sync.Mutex
	to    string // address of the server; empty while the cable is cut
	conns map[net.Conn]bool
}

// plug puts a cable between the browser and d's server.
func (d *desk) plug() *cable {
	d.t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	d.must(err)
	c := &cable{listener: listener, to: d.web.Listener.Addr().String(), conns: map[net.Conn]bool{}}
	var carrying sync.WaitGroup
	carrying.Go(func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			carrying.Go(func() { c.carry(near) })
		}
	})
	d.t.Cleanup(func() { _ = listener.Close(); c.cut(); carrying.Wait() })
	d.web.URL = "http://" + listener.Addr().String()
	return c
}

func (c *cable) carry(near net.Conn) {
	defer near.Close()
	c.mu.Lock()
	to := c.to
	c.mu.Unlock()
	if to == "" {
		return
	}
	far, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	c.mu.Lock()
	if c.to == "" {
		_ = near.Close()
	}
	c.conns[near], c.conns[far] = true, true
	c.mu.Unlock()
	var both sync.WaitGroup
	for a, b := range map[net.Conn]net.Conn{near: far, far: near} {
		both.Go(func() { _, _ = io.Copy(a, b); _ = a.Close(); _ = b.Close() })
	}
	both.Wait()
}

// cut ends every connection and refuses new ones.
func (c *cable) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.to = ""
	for conn := range c.conns {
		_ = conn.Close()
	}
	clear(c.conns)
}

func (c *cable) join(to *httptest.Server) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.to = to.Listener.Addr().String()
}

// restart replaces the desk's server by a new one with the same store.
func (d *desk) restart(c *cable) {
	c.cut()
	d.web.CloseClientConnections()
	d.server = New(d.config)
	next := httptest.NewServer(d.server.Handler())
	d.t.Cleanup(next.Close)
	c.join(next)
}

// kinds returns the kinds of the session's events.
func (d *desk) kinds() (all []study.EventKind) {
	d.t.Helper()
	events, err := d.store.Events(d.t.Context(), d.session)
	d.must(err)
	for _, e := range events {
		all = append(all, e.Kind)
	}
	return all
}

// whole waits until the store has every measurement of every page.
func (d *desk) whole() {
	d.t.Helper()
	eventually(d.t, "every page is whole", func() bool {
		receipts, err := d.store.Receipts(d.t.Context(), d.session)
		d.must(err)
		return !slices.ContainsFunc(study.PageReports(receipts), func(p study.PageReport) bool { return !p.Whole() })
	})
}

func TestAPageGoesOnMeasuringOverARestartOfTheServer(t *testing.T) {
	t.Parallel()
	d := newDesk(t, colourful(t, 0))
	c := d.plug()
	tab := d.open()
	d.do(tab, chromedp.KeyEvent("a"))
	d.stored(1)
	d.restart(c)
	d.await(tab, `!document.querySelector("[data-notice]").hidden`)
	d.await(tab, `document.querySelector("[data-notice]").hidden && `+desktopActive)
	d.do(tab, chromedp.KeyEvent("b"))
	d.stored(2)
	d.do(tab, iAmDone...)
	d.await(tab, `document.body.innerText.includes("Thank you")`)
	d.whole()
	for _, want := range []study.EventKind{study.PageOpened, study.LineLost, study.LineBack, study.ScreenLost, study.ScreenBack} {
		if !slices.Contains(d.kinds(), want) {
			t.Errorf("no event says %s: %v", want, d.kinds())
		}
	}
}

// tenMinutes is JavaScript that fills an outbox with as many batches as ten minutes of very fast
// typing make, while nothing can be sent. The outbox has a page number of its own, so it does not
// disturb the page that runs the script.
const tenMinutes = `(async () => {
  const { Outbox } = await import("/static/visit/outbox.js");
  const { Shelf } = await import("/static/visit/shelf.js");
  const at = performance.now() * 1000;
  const shelf = new Shelf({ session: %[1]d, key: "none" }, (...trouble) => { throw new Error(trouble.join(" ")); });
  const clock = { joined: true, zero: Date.now() * 1000 - at, uncertainty: 100 };
  const outbox = new Outbox(() => false, shelf, %[2]d, clock, () => %[3]d);
  await outbox.ready;
  for (let i = 0; i < %[4]d; i++) {
    outbox.add({ kind: "key", at, sent: 1, arrived: 2, drawn: 3, quiet: 3, held: 0, machine: 1, bytes: 1, area: 1, rect: [0, 0, 1, 1], pointer: [0, 0] });
  }
  outbox.seal(true);
})(); true`

func TestTenMinutesWithoutANetworkAndAReloadLoseNothing(t *testing.T) {
	t.Parallel()
	const rows = 600 * 30 // half as many rows as full batches would have
	d := newDesk(t, colourful(t, 0))
	c := d.plug()
	tab := d.open()
	lost := d.takeSeat() // the page that closes before it can send
	d.do(tab, chromedp.Reload())
	d.await(tab, desktopThere)
	d.do(tab, chromedp.Evaluate[chromedp.Void](`import("/static/visit/outbox.js").then(() => import("/static/visit/shelf.js")).then(() => { window.loaded = true; }); undefined`))
	d.await(tab, "window.loaded")
	c.cut()
	d.do(tab, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(tenMinutes, d.session, lost, d.attempt.ID, rows)+"; undefined"))
	eventually(t, "the batches are kept", func() bool { return d.count(tab) >= rows/100 })
	if n := len(d.rows()); n != 0 {
		t.Fatalf("%d rows are stored without a network", n)
	}
	d.restart(c)
	d.do(tab, chromedp.Reload())
	d.await(tab, desktopThere)
	d.kept(tab, 0) // all batches are stored; a look at every row would take longer than storing them
	d.do(tab, iAmDone...)
	d.await(tab, `document.body.innerText.includes("Thank you")`)
	d.whole()
	if n := len(d.rows()); n != rows {
		t.Errorf("%d rows are stored, want %d, each once", n, rows)
	}
}

func TestWhatIsLeftIsHandedInByTheNextPage(t *testing.T) {
	t.Parallel()
	d := newDesk(t, colourful(t, 0))
	tab := d.open()
	d.store.setAway(errors.New("the database is away"))
	d.do(tab, chromedp.KeyEvent("a"))
	d.do(tab, iAmDone...)
	d.await(tab, `document.body.innerText.includes("Thank you")`)
	if n := len(d.rows()); n != 0 {
		t.Fatalf("%d rows are stored while the database is away", n)
	}
	d.store.setAway(nil)
	d.stored(1)
	d.kept(tab, 0)
	d.whole()
}

func TestABrowserThatKeepsNothingSaysSo(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		spoil string
		want  study.EventKind
	}{
		"denied": {`Object.defineProperty(window, "indexedDB", { value: { open() { throw new DOMException("no", "SecurityError"); } } })`, study.StorageDenied},
		"full":   {`IDBObjectStore.prototype.put = () => { throw new DOMException("no", "QuotaExceededError"); }`, study.StorageFull},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, colourful(t, 0))
			tab := d.browse()
			d.spoil(tab, tt.spoil)
			d.show(tab)
			d.do(tab, chromedp.KeyEvent("a"))
			d.stored(1)
			eventually(t, "it is said", func() bool { return slices.Contains(d.kinds(), tt.want) })
			if n := strings.Count(fmt.Sprint(d.kinds()), string(tt.want)); n != 1 {
				t.Errorf("it is said %d times, want once", n)
			}
		})
	}
}

func TestATabThatIsHiddenAndAKeyboardThatGoesElsewhereAreEvents(t *testing.T) {
	t.Parallel()
	d := newDesk(t, colourful(t, 0))
	tab := d.open()
	d.do(tab, chromedp.EmulateViewport(900, 700))
	d.do(tab, hold("Control", "Alt", "Shift"))
	eventually(t, "it is stored", func() bool {
		kinds := d.kinds()
		return slices.Contains(kinds, study.Resized) && slices.Contains(kinds, study.FocusLost)
	})
	events, err := d.store.Events(t.Context(), d.session)
	d.must(err)
	for _, e := range events {
		t.Logf("%s %s: %s", e.At.Format(time.TimeOnly), e.Kind, e.Detail)
		if e.Kind == study.PageOpened && !strings.Contains(e.Detail, "; isolated;") {
			t.Errorf("the page was opened with %q, want it isolated", e.Detail)
		}
		if e.Kind == study.Resized && !strings.Contains(e.Detail, "900x700") {
			t.Errorf("resized says %q, want the new size", e.Detail)
		}
	}
}
