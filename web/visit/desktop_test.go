package visit_test

import (
	"fmt"
	"image"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"vmstudy/internal/webtest"
	"vmstudy/study"
)

func TestWhatIsTypedInABrowserIsTimed(t *testing.T) {
	t.Parallel()
	const delay = 100 * time.Millisecond
	d := webtest.NewDesk(t, webtest.Colourful(t, delay))
	tab := d.Open()
	d.Await(tab, "crossOriginIsolated")

	const text = "hello"
	for i, key := range text {
		d.Do(tab, chromedp.KeyEvent(string(key)))
		d.Await(tab, fmt.Sprintf(`%s.getImageData(0, 0, 1, 1).data[0] === %d`, webtest.Canvas, webtest.Shade(i+1).R))
	}
	d.Do(tab, chromedp.MouseClickXY(600, 400))
	webtest.Eventually(t, "all rows are stored", func() bool { return len(d.Rows()) >= len(text)+1 })
	rows := d.Rows()
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
	if pictures, _ := d.Conduct.Seen(); d.Conduct.Stands.State != study.Running || pictures == 0 { // a page reports its first picture until it is told that the task runs
		t.Errorf("the attempt is %s after %d first pictures, want running after one or more", d.Conduct.Stands.State, pictures)
	}
	if strings.Contains(d.Log.String(), "level=ERROR") {
		t.Errorf("errors in the log:\n%s", d.Log.String())
	}
}

// The length in bytes of a Tight update that fills the screen with one colour. At least it has a header, and a rectangle with its
// header, compression control and colour. The server may make several rectangles of it.
const (
	oneColour  = 4 + 12 + 1 + 3
	fewColours = 10 * oneColour
)

// checkRow checks an input that the machine answered after delay. It has no upper bounds except
// that a part is shorter than the whole, because the test's computer may be busy.
func checkRow(t *testing.T, r study.Interaction, delay time.Duration) {
	t.Helper()
	switch {
	case r.Machine < delay:
		t.Errorf("row %d: the machine took %v, want at least %v", r.Number, r.Machine, delay)
	case r.Sent <= 0 || r.Arrived < r.Sent+r.Machine || r.Drawn < r.Arrived:
		t.Errorf("row %d: sent %v, at the machine %v, arrived %v, drawn %v: out of order", r.Number, r.Sent, r.Machine, r.Arrived, r.Drawn)
	case r.Quiet < r.Drawn || r.Held <= 0 || r.Rect != image.Rect(0, 0, webtest.Wide, webtest.High):
		t.Errorf("row %d: drawn %v, quiet %v, held %v, answered by %v", r.Number, r.Drawn, r.Quiet, r.Held, r.Rect)
	case r.Area != webtest.Wide*webtest.High || r.Bytes < oneColour || r.Bytes > fewColours:
		t.Errorf("row %d: answered by %d pixels in %d bytes, want the whole screen", r.Number, r.Area, r.Bytes)
	case time.Since(r.At) > 2*time.Minute || time.Since(r.At) < 0:
		t.Errorf("row %d happened %v ago", r.Number, time.Since(r.At))
	}
}
