package webtest

import (
	"context"
	"net/http/httptest"
	"strings"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Browse opens a lab page in a real browser in which ada is signed in. To wait for a script, wait
// for a condition in the page: see eventually.
func (l *Lab) Browse(path string) context.Context {
	l.T.Helper()
	site := httptest.NewServer(l.Handler)
	l.T.Cleanup(site.Close)
	ctx := NewTab(l.T, 3*time.Minute)
	l.Must(chromedp.Do(ctx, chromedp.Navigate(site.URL+"/healthz")))
	_, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: l.Login.Name, Value: l.Login.Value, URL: site.URL})
	l.Must(err)
	l.Must(chromedp.Do(ctx, chromedp.Navigate(site.URL+path)))
	return ctx
}

// Eventually waits until the JavaScript expression is true in the page. Our pages ask for a process
// of their own (Cross-Origin-Opener-Policy). While the browser changes the process, an evaluation
// may fail; then eventually tries again.
func (l *Lab) Eventually(ctx context.Context, expression string) {
	l.T.Helper()
	for {
		_, err := chromedp.Run(ctx, chromedp.Poll[bool](expression))
		switch {
		case err == nil:
			return
		case ctx.Err() == nil && strings.Contains(err.Error(), "Cannot find context"):
		default:
			l.T.Fatalf("waiting for %s: %v", expression, err)
		}
	}
}

// Act runs JavaScript in the page.
func (l *Lab) Act(ctx context.Context, script string) {
	l.T.Helper()
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](script+"; true")); err != nil {
		l.T.Fatalf("running %s: %v", script, err)
	}
}

// Browse opens a tab for the desk's participant.
func (d *Desk) Browse() context.Context {
	d.T.Helper()
	tab := NewTab(d.T, 4*time.Minute)
	d.Do(tab, func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: "visit", Value: d.Link, URL: d.Web.URL, Path: d.Visit()})
		return chromedp.Void{}, err
	})
	d.T.Cleanup(func() {
		if d.T.Failed() {
			page, _ := chromedp.Run(tab, chromedp.Evaluate[string](`document.body.innerText`))
			d.T.Logf("page:\n%s\nlog:\n%s", page, d.Log.String())
		}
	})
	return tab
}

// Do takes steps in a tab.
func (d *Desk) Do(tab context.Context, steps ...chromedp.Action[chromedp.Void]) {
	d.T.Helper()
	if err := chromedp.Do(tab, steps...); err != nil {
		d.T.Fatalf("%v\nlog:\n%s", err, d.Log.String())
	}
}

// Await waits until a JavaScript expression is true, also if the tab goes to another page
// meanwhile.
func (d *Desk) Await(tab context.Context, expression string) {
	d.T.Helper()
	Eventually(d.T, expression, func() bool {
		is, err := chromedp.Run(tab, chromedp.Evaluate[bool](`Boolean(`+expression+`)`))
		return err == nil && is // an error: the page is being replaced, so try again on the next one
	})
}

// NoWider is JavaScript that is true if the page does not scroll sideways. offsetWidth is the width
// with the place of a scrollbar.
const NoWider = `document.documentElement.scrollWidth <= document.body.offsetWidth`
