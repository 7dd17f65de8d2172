package web

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"vmstudy/studytest"
)

// ownBrowser starts another browser with this profile for the desk's participant. Calling kill
// kills it with SIGKILL.
func (d *desk) ownBrowser(profile string) (tab context.Context, kill func()) {
	d.t.Helper()
	studytest.Need(d.t, "chromium")
	flags := append(slices.Clone(chromedp.DefaultExecAllocatorOptions[:]), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(profile))
	all, gone := chromedp.NewExecAllocator(d.t.Context(), flags...)
	d.t.Cleanup(gone)
	tab, closed := chromedp.NewContext(all)
	d.t.Cleanup(closed)
	d.do(tab, func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: "visit", Value: d.link, URL: d.web.URL, Path: d.visit()})
		return chromedp.Void{}, err
	})
	process := chromedp.FromContext(tab).Browser.Process()
	return tab, func() { d.must(process.Kill()) }
}

// TestABrowserThatIsKilledLosesLessThanASecond types steadily, so that the screen is never quiet
// and no row becomes complete. It kills the browser meanwhile, and starts another one with the same
// profile. Keys that were pressed more than a second before the kill must then reach the server.
func TestABrowserThatIsKilledLosesLessThanASecond(t *testing.T) {
	t.Parallel()
	d := newDesk(t, colourful(t, 0))
	profile := t.TempDir()
	tab, kill := d.ownBrowser(profile)
	d.show(tab)
	const typing = 4 * time.Second
	began := time.Now()
	var typed []time.Time
	pace := time.NewTicker(time.Second / 25)
	defer pace.Stop()
	for time.Since(began) < typing {
		<-pace.C
		d.do(tab, chromedp.KeyEvent("a"))
		typed = append(typed, time.Now())
	}
	killed := time.Now()
	kill()
	if n := len(d.rows()); n == len(typed) {
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
			t.Logf("%d rows; log:\n%s", len(d.rows()), d.log.String())
		}
	}()
	tab, _ = d.ownBrowser(profile)
	d.do(tab, chromedp.Navigate(d.web.URL+d.visit()))
	d.await(tab, desktopThere)
	t.Logf("%d keys typed, %d of them more than a second before the kill", len(typed), safe)
	eventually(t, "what was typed is on record", func() bool { return len(d.rows()) >= safe })
	rows := d.rows()
	cut := 0
	for _, r := range rows {
		if r.Silent() {
			t.Errorf("row %d of page %d says that nothing answered it: nobody can know", r.Number, r.Page)
		}
		if r.Cut {
			cut++
		}
	}
	if len(rows) > len(typed) {
		t.Errorf("%d rows of %d keys", len(rows), len(typed))
	}
	t.Logf("%d are on record, %d of them without a known answer", len(rows), cut)
}
