package web

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"vmstudy/analysis"
	"vmstudy/rfb/rfbtest"
	"vmstudy/rfb/wire"
	"vmstudy/study"
)

// The size of the screen of a colourful machine, in pixels.
const (
	wide = 320
	high = 200
)

// colourful returns a machine whose whole screen changes its colour, the given time after a key or
// button is pressed.
func colourful(t *testing.T, after time.Duration) *rfbtest.Server {
	m := rfbtest.NewServer(wide, high)
	var pending sync.WaitGroup
	t.Cleanup(pending.Wait)
	n := 0
	m.OnInput = func(in wire.ClientMessage) {
		if !goesDown(in) {
			return
		}
		n++
		colour := shade(n)
		paint := func() { m.Paint(image.Rect(0, 0, wide, high), colour) }
		if after == 0 {
			paint()
			return
		}
		pending.Add(1)
		time.AfterFunc(after, func() { defer pending.Done(); paint() })
	}
	return m
}

// shade returns the n-th colour of a colourful machine.
func shade(n int) color.RGBA { return color.RGBA{uint8(37 * n), 255, 128, 255} }

func goesDown(in wire.ClientMessage) bool {
	switch in := in.(type) {
	case wire.KeyEvent:
		return in.Down
	case wire.QEMUKeyEvent:
		return in.Down
	case wire.PointerEvent:
		return in.Buttons != 0
	}
	return false
}

// browse opens a tab for the desk's participant.
func (d *desk) browse() context.Context {
	d.t.Helper()
	tab := newTab(d.t, 90*time.Second)
	d.do(tab, func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: "visit", Value: d.link, URL: d.web.URL, Path: d.visit()})
		return chromedp.Void{}, err
	})
	d.t.Cleanup(func() {
		if d.t.Failed() {
			page, _ := chromedp.Run(tab, chromedp.Evaluate[string](`document.body.innerText`))
			d.t.Logf("page:\n%s\nlog:\n%s", page, d.log.String())
		}
	})
	return tab
}

func (d *desk) do(tab context.Context, steps ...chromedp.Action[chromedp.Void]) {
	d.t.Helper()
	if err := chromedp.Do(tab, steps...); err != nil {
		d.t.Fatalf("%v\nlog:\n%s", err, d.log.String())
	}
}

// await waits until a JavaScript expression is true, also if the tab goes to another page
// meanwhile.
func (d *desk) await(tab context.Context, expression string) {
	d.t.Helper()
	eventually(d.t, expression, func() bool {
		is, err := chromedp.Run(tab, chromedp.Evaluate[bool](`Boolean(`+expression+`)`))
		return err == nil && is // an error: the page is being replaced, so try again on the next one
	})
}

// rows returns the interactions that are stored so far.
func (d *desk) rows() []study.Interaction {
	d.t.Helper()
	var all []study.Interaction
	for row, err := range d.store.Source().Interactions(d.t.Context(), analysis.Filter{Study: d.study}) {
		d.must(err)
		all = append(all, row.Interaction)
	}
	return all
}

const (
	canvas        = `document.querySelector("canvas").getContext("2d")`
	desktopThere  = `document.querySelector(".desktop")?.dataset.state === "running"`
	desktopActive = `document.activeElement?.tagName === "CANVAS"`
)

func TestWhatIsTypedInABrowserIsTimed(t *testing.T) {
	t.Parallel()
	const delay = 100 * time.Millisecond
	d := newDesk(t, colourful(t, delay))
	tab := d.open()
	d.await(tab, "crossOriginIsolated")

	const text = "hello"
	for i, key := range text {
		d.do(tab, chromedp.KeyEvent(string(key)))
		d.await(tab, fmt.Sprintf(`%s.getImageData(0, 0, 1, 1).data[0] === %d`, canvas, shade(i+1).R))
	}
	d.do(tab, chromedp.MouseClickXY(600, 400))
	eventually(t, "all rows are stored", func() bool { return len(d.rows()) >= len(text)+1 })
	rows := d.rows()
	if len(rows) != len(text)+1 {
		t.Errorf("got %d rows, want one for each of %d keys and one for the click", len(rows), len(text))
	}
	for _, r := range rows {
		t.Logf("%s: sent %v, at the machine %v, arrived %v, drawn %v", r.Kind, r.Sent, r.Machine, r.Arrived, r.Drawn)
		checkRow(t, r, delay)
	}
	if clicks := slices.DeleteFunc(rows, func(r study.Interaction) bool { return r.Kind != study.Click }); len(clicks) != 1 {
		t.Errorf("got %d clicks, want 1", len(clicks))
	}
	if pictures, _ := d.conduct.seen(); d.conduct.status.State != study.Running || pictures == 0 { // a page reports its first picture until it is told that the task runs
		t.Errorf("the attempt is %s after %d first pictures, want running after one or more", d.conduct.status.State, pictures)
	}
	if strings.Contains(d.log.String(), "level=ERROR") {
		t.Errorf("errors in the log:\n%s", d.log.String())
	}
}

// oneColour is the length in bytes of a Tight update that fills the screen with one colour: header
// of the update, header of the rectangle, compression control, colour.
const oneColour = 4 + 12 + 1 + 3

// checkRow checks an input that the machine answered after delay. It has no upper bounds except
// that a part is shorter than the whole, because the test's computer may be busy.
func checkRow(t *testing.T, r study.Interaction, delay time.Duration) {
	t.Helper()
	switch {
	case r.Machine < delay:
		t.Errorf("row %d: the machine took %v, want at least %v", r.Number, r.Machine, delay)
	case r.Sent <= 0 || r.Arrived < r.Sent+r.Machine || r.Drawn < r.Arrived:
		t.Errorf("row %d: sent %v, at the machine %v, arrived %v, drawn %v: out of order", r.Number, r.Sent, r.Machine, r.Arrived, r.Drawn)
	case r.Quiet < r.Drawn || r.Held <= 0 || r.Rect != image.Rect(0, 0, wide, high):
		t.Errorf("row %d: drawn %v, quiet %v, held %v, answered by %v", r.Number, r.Drawn, r.Quiet, r.Held, r.Rect)
	case r.Area != wide*high || r.Bytes != oneColour:
		t.Errorf("row %d: answered by %d pixels in %d bytes, want the whole screen", r.Number, r.Area, r.Bytes)
	case time.Since(r.At) > 2*time.Minute || time.Since(r.At) < 0:
		t.Errorf("row %d happened %v ago", r.Number, time.Since(r.At))
	}
}
