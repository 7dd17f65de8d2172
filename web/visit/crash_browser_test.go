package visit_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
)

// ownBrowser starts another browser with this profile for the desk's participant. Calling kill
// kills it with SIGKILL.
func ownBrowser(d *webtest.Desk, profile string) (tab context.Context, kill func()) {
	d.T.Helper()
	studytest.Need(d.T, "chromium")
	flags := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(profile))
	all, gone := chromedp.NewExecAllocator(d.T.Context(), flags...)
	d.T.Cleanup(gone)
	tab, closed := chromedp.NewContext(all)
	d.T.Cleanup(closed)
	d.Do(tab, func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: "visit", Value: d.Link, URL: d.Web.URL, Path: d.Visit()})
		return chromedp.Void{}, err
	})
	process := chromedp.FromContext(tab).Browser.Process()
	return tab, func() { d.Must(process.Kill()) }
}

// TestABrowserThatIsKilledLosesLessThanASecond types steadily, so that the screen is never quiet
// and no row becomes complete. It kills the browser meanwhile, and starts another one with the same
// profile. Keys that were pressed more than a second before the kill must then reach the server.
func TestABrowserThatIsKilledLosesLessThanASecond(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t, webtest.Colourful(t, 0))
	profile := t.TempDir()
	tab, kill := ownBrowser(d, profile)
	d.Show(tab)
	const typing = 4 * time.Second
	began := time.Now()
	var typed []time.Time
	pace := time.NewTicker(time.Second / 25)
	defer pace.Stop()
	for time.Since(began) < typing {
		<-pace.C
		d.Do(tab, chromedp.KeyEvent("a"))
		typed = append(typed, time.Now())
	}
	killed := time.Now()
	kill()
	if n := len(d.Rows()); n == len(typed) {
		t.Fatalf("all %d rows were on record before the browser was killed: the test shows nothing", n)
	}
	safe := 0
	for _, at := range typed {
		if killed.Sub(at) > time.Second {
			safe++
		}
	}

	defer func() {
		if t.Failed() {
			t.Logf("%d rows; log:\n%s", len(d.Rows()), d.Log.String())
		}
	}()
	tab, _ = ownBrowser(d, profile)
	d.Do(tab, chromedp.Navigate(d.Web.URL+d.Visit()))
	d.Await(tab, webtest.DesktopThere)
	t.Logf("%d keys typed, %d of them more than a second before the kill", len(typed), safe)
	webtest.Eventually(t, "what was typed is on record", func() bool { return len(d.Rows()) >= safe })
	rows := d.Rows()
	cut := 0
	for _, r := range rows {
		if r.Silent() {
			t.Errorf("row %d of page %d says that nothing answered it: nobody can know", r.Number, r.Page)
		}
		if r.Cut {
			cut++
		}
	}
	receipts, err := d.Store.Receipts(d.T.Context(), d.Session)
	d.Must(err)
	if first := study.PageReports(receipts)[0]; first.Closed || first.Whole() || first.Lost() != 0 || int(first.Stored) < len(rows) {
		t.Errorf("of the page that crashed the report is %+v; want that nothing is known to be lost, and that it never said that this was all", first)
	}
	if len(rows) > len(typed) {
		t.Errorf("%d rows of %d keys", len(rows), len(typed))
	}
	t.Logf("%d are on record, %d of them without a known answer", len(rows), cut)
}
