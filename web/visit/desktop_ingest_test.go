package visit_test

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

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/web"
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
func plug(d *webtest.Desk) *cable {
	d.T.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	d.Must(err)
	c := &cable{listener: listener, to: d.Web.Listener.Addr().String(), conns: map[net.Conn]bool{}}
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
	d.T.Cleanup(func() { _ = listener.Close(); c.cut(); carrying.Wait() })
	d.Web.URL = "http://" + listener.Addr().String()
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
func restart(d *webtest.Desk, c *cable) {
	c.cut()
	d.Web.CloseClientConnections()
	next := httptest.NewServer(web.New(d.Config).Handler())
	d.T.Cleanup(next.Close)
	c.join(next)
}

// whole waits until the store has every measurement of every page.
func whole(d *webtest.Desk) {
	d.T.Helper()
	webtest.Eventually(d.T, "every page is whole", func() bool {
		receipts, err := d.Store.Receipts(d.T.Context(), d.Session)
		d.Must(err)
		return !slices.ContainsFunc(study.PageReports(receipts), func(p study.PageReport) bool { return !p.Whole() })
	})
}

func TestAPageGoesOnMeasuringOverARestartOfTheServer(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t, webtest.Colourful(t, 0))
	c := plug(d)
	tab := d.Open()
	d.Do(tab, chromedp.KeyEvent("a"))
	d.Stored(1)
	restart(d, c)
	d.Await(tab, `!document.querySelector("[data-notice]").hidden`)
	d.Await(tab, `document.querySelector("[data-notice]").hidden && `+webtest.DesktopActive)
	d.Do(tab, chromedp.KeyEvent("b"))
	d.Stored(2)
	d.Do(tab, iAmDone...)
	d.Await(tab, `document.body.innerText.includes("Thank you")`)
	whole(d)
	for _, want := range []study.EventKind{study.PageOpened, study.LineLost, study.LineBack, study.ScreenLost, study.ScreenBack} {
		if !slices.Contains(d.Kinds(), want) {
			t.Errorf("no event says %s: %v", want, d.Kinds())
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

// aLateClock is JavaScript that drains an outbox before its clock is joined, joins it, and says which batches were sent until
// the drain was over, and whether each was the last.
const aLateClock = `(async () => {
  const { Outbox } = await import("/static/visit/outbox.js");
  const clock = { joined: false, zero: 0, uncertainty: 100 };
  const sent = [];
  const shelf = { all: async () => [], change() {}, drop() {} };
  const outbox = new Outbox((batch) => { sent.push([batch.batch, batch.last, batch.rows.length].join(" ")); outbox.stored(batch); return true; }, shelf, 7, clock, () => 1);
  await outbox.ready;
  outbox.add({ kind: "key" });
  const drained = outbox.drain(20_000);
  await Promise.resolve();
  clock.joined = true;
  await drained;
  window.drained = sent.join(", ");
})(); true`

// A page may end before its clock is joined with the server's. What it gathered until then is its last batch, and the page waits
// for it.
func TestAPageThatEndsBeforeItsClockIsJoinedSaysThatItEnds(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t, webtest.Colourful(t, 0))
	tab := d.Open()
	d.Do(tab, chromedp.Evaluate[chromedp.Void](aLateClock+"; undefined"))
	d.Await(tab, `window.drained === "1 true 1"`)
}

func TestTenMinutesWithoutANetworkAndAReloadLoseNothing(t *testing.T) {
	t.Parallel()
	const rows = 600 * 30 // half as many rows as full batches would have
	d := webtest.NewDesk(t, webtest.Colourful(t, 0))
	c := plug(d)
	tab := d.Open()
	lost := d.TakeSeat() // the page that closes before it can send
	d.Do(tab, chromedp.Reload())
	d.Await(tab, webtest.DesktopThere)
	d.Do(tab, chromedp.Evaluate[chromedp.Void](`import("/static/visit/outbox.js").then(() => import("/static/visit/shelf.js")).then(() => { window.loaded = true; }); undefined`))
	d.Await(tab, "window.loaded")
	c.cut()
	d.Do(tab, chromedp.Evaluate[chromedp.Void](fmt.Sprintf(tenMinutes, d.Session, lost, d.Attempt.ID, rows)+"; undefined"))
	webtest.Eventually(t, "the batches are kept", func() bool { return count(d, tab) >= rows/100 })
	if n := len(d.Rows()); n != 0 {
		t.Fatalf("%d rows are stored without a network", n)
	}
	restart(d, c)
	d.Do(tab, chromedp.Reload())
	d.Await(tab, webtest.DesktopThere)
	kept(d, tab, 0) // all batches are stored; a look at every row would take longer than storing them
	d.Do(tab, iAmDone...)
	d.Await(tab, `document.body.innerText.includes("Thank you")`)
	whole(d)
	if n := len(d.Rows()); n != rows {
		t.Errorf("%d rows are stored, want %d, each once", n, rows)
	}
}

func TestWhatIsLeftIsHandedInByTheNextPage(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t, webtest.Colourful(t, 0))
	tab := d.Open()
	d.Store.SetAway(errors.New("the database is away"))
	d.Do(tab, chromedp.KeyEvent("a"))
	d.Do(tab, iAmDone...)
	d.Await(tab, `document.body.innerText.includes("Thank you")`)
	if n := len(d.Rows()); n != 0 {
		t.Fatalf("%d rows are stored while the database is away", n)
	}
	d.Store.SetAway(nil)
	d.Stored(1)
	kept(d, tab, 0)
	whole(d)
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
			d := webtest.NewDesk(t, webtest.Colourful(t, 0))
			tab := d.Browse()
			spoil(d, tab, tt.spoil)
			d.Show(tab)
			d.Do(tab, chromedp.KeyEvent("a"))
			d.Stored(1)
			webtest.Eventually(t, "it is said", func() bool { return slices.Contains(d.Kinds(), tt.want) })
			if n := strings.Count(fmt.Sprint(d.Kinds()), string(tt.want)); n != 1 {
				t.Errorf("it is said %d times, want once", n)
			}
		})
	}
}

func TestATabThatIsHiddenAndAKeyboardThatGoesElsewhereAreEvents(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t, webtest.Colourful(t, 0))
	tab := d.Open()
	d.Do(tab, chromedp.EmulateViewport(900, 700))
	d.Do(tab, hold("Control", "Alt", "Shift"))
	webtest.Eventually(t, "it is stored", func() bool {
		kinds := d.Kinds()
		return slices.Contains(kinds, study.Resized) && slices.Contains(kinds, study.FocusLost)
	})
	events, err := d.Store.Events(t.Context(), d.Session)
	d.Must(err)
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
