package webtest

import (
	"context"
	"fmt"

	"vmstudy/study"

	"github.com/chromedp/chromedp"
)

// Open opens the desk's desktop in a new tab.
func (d *Desk) Open() context.Context {
	d.T.Helper()
	tab := d.Browse()
	d.Show(tab)
	return tab
}

// Show goes to the desktop and waits until the participant may work.
func (d *Desk) Show(tab context.Context) {
	d.T.Helper()
	d.Do(tab, chromedp.Navigate(d.Web.URL+d.Visit()))
	d.Await(tab, DesktopThere+" && "+DesktopActive+` && !document.querySelector("[data-ask=give-up]").disabled`)
}

// Stored waits until n rows are on disk, and fails if there are more.
func (d *Desk) Stored(n int) {
	d.T.Helper()
	Eventually(d.T, fmt.Sprintf("%d rows are stored", n), func() bool { return len(d.Rows()) >= n })
	if got := len(d.Rows()); got != n {
		d.T.Errorf("%d rows are stored, want %d", got, n)
	}
}

// Kinds returns the kinds of the session's events.
func (d *Desk) Kinds() (all []study.EventKind) {
	d.T.Helper()
	events, err := d.Store.Events(d.T.Context(), d.Session)
	d.Must(err)
	for _, e := range events {
		all = append(all, e.Kind)
	}
	return all
}

const (
	Canvas        = `document.querySelector("canvas").getContext("2d")`
	DesktopThere  = `document.querySelector(".desktop")?.dataset.state === "running"`
	DesktopActive = `document.activeElement?.tagName === "CANVAS"`
)
