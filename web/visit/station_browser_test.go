package visit_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	cdpage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web/page"
	"vmstudy/web/visit"
)

// everyForm returns a design of one trial with every form that a visit can have.
func everyForm() study.Design {
	d := studytest.OneTrial()
	d.About, d.Instruments, d.Record = "about", []string{"satisfaction", "tlx", "remarks"}, study.RecordAsk
	return d
}

// work waits for the desktop and types into it.
func work(p *webtest.Sitter, text string) {
	p.T.Helper()
	p.Do(p.Tab, func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, cdpage.BringToFront, cdp.Empty{})
		return chromedp.Void{}, err
	})
	p.Await(p.Tab, webtest.DesktopThere+` && !document.querySelector("[data-ask=give-up]").disabled`)
	p.Runs(`document.querySelector("canvas").focus()`)
	for _, key := range text {
		p.Do(p.Tab, chromedp.KeyEvent(string(key)))
	}
}

// Two people share a browser, each in a tab, and take turns. Everything must be recorded for the
// right one.
func TestTwoPeopleInTwoTabsOfOneBrowser(t *testing.T) {
	t.Parallel()
	st := webtest.NewStation(t, everyForm())
	a := st.Sits()
	b := st.Sits() // began last
	a.Runs(`document.querySelector("[name=record]").click()`)
	a.Press("/consent")
	a.Shows(`form[action$="/answers"]`)
	if got := b.Now(); !got.ConsentedAt.IsZero() {
		t.Fatalf("who pressed nothing consented at %v", got.ConsentedAt)
	}
	b.Press("/consent")
	b.Shows(`form[action$="/answers"]`)
	if !a.Now().Recorded || b.Now().Recorded {
		t.Errorf("recorded are the first: %t and the second: %t, want only the first", a.Now().Recorded, b.Now().Recorded)
	}

	a.Choose(1)
	b.Choose(2)
	a.Press("/answers")
	b.Press("/answers")
	for _, p := range []*webtest.Sitter{a, b} {
		p.Shows(`form[action$="/start"]`)
		p.Press("/start")
	}
	work(a, "ab")
	work(b, "c")
	work(a, "de")
	for _, p := range []*webtest.Sitter{b, a} {
		p.Do(p.Tab, iAmDone...)
		p.Shows(`form[action$="/answers"]`)
	}
	for n, p := range []*webtest.Sitter{a, b} {
		p.Choose(n)
		p.Press("/answers")
		p.Shows(`form[action$="/answers"] .ticks`)
	}
	if na, nb := len(a.Measured()), len(b.Measured()); na != 4 || nb != 1 {
		t.Errorf("%d and %d rows are stored, want 4 of the first and 1 of the second", na, nb)
	}
	for _, p := range []*webtest.Sitter{a, b} {
		if mine, trial := p.Rated(0, "about"), p.Rated(p.Now().Trials[0].ID, "satisfaction"); mine == "" || trial == "" {
			t.Errorf("%s has about %q and satisfaction %q", p.Who.Code, mine, trial)
		}
	}
	if a.Rated(0, "about") == b.Rated(0, "about") || a.Rated(a.Now().Trials[0].ID, "satisfaction") == b.Rated(b.Now().Trials[0].ID, "satisfaction") {
		t.Error("the two have the same answers")
	}
	if text := st.Log.String(); strings.Contains(text, "nonsense") || strings.Contains(text, "level=ERROR") {
		t.Errorf("log:\n%s", text)
	}
}

// A page could not send its batches. Whoever uses the browser next sends them for that page's
// session, even after the browser was restarted and has lost its cookies.
func TestWhatIsLeftIsHandedInForWhoLeftIt(t *testing.T) {
	t.Parallel()
	st := webtest.NewStation(t, studytest.OneTrial())
	a := st.Sits()
	a.Press("/consent")
	a.Shows(`form[action$="/start"]`)
	a.Press("/start")
	work(a, "")
	st.Store.SetAway(errors.New("the database is away"))
	work(a, "abc")
	a.Do(a.Tab, iAmDone...)
	a.Await(a.Tab, `document.body.innerText.includes("Thank you")`)
	a.Await(a.Tab, `!document.querySelector("[data-left]").hidden && document.querySelector("[data-left]").innerText.includes("leave this page open")`)
	a.Await(a.Tab, `document.querySelector("[data-saved]").hidden`)
	a.Do(a.Tab, chromedp.Navigate("about:blank"))
	forgetCookies(a.Station.Desk, a.Tab)
	if n := len(a.Measured()); n != 0 {
		t.Fatalf("%d rows are stored while the database is away", n)
	}

	b := st.Sits()
	b.Await(b.Tab, `!document.querySelector("[data-left]").hidden`)
	st.Store.SetAway(nil)
	b.Press("/consent") // at the latest from the next page
	b.Shows(`form[action$="/start"]`)
	kept(st.Desk, b.Tab, 0)
	b.Await(b.Tab, `document.querySelector("[data-left]").hidden`)
	if na, nb := len(a.Measured()), len(b.Measured()); na != 3 || nb != 0 {
		t.Errorf("%d rows are stored of who typed them and %d of the other, want 3 and 0", na, nb)
	}
}

// leave puts a record on the shelf of p's browser.
func leave(p *webtest.Sitter, record string, args ...any) {
	p.T.Helper()
	p.Runs(fmt.Sprintf(`window.put = false; (() => {
		const request = indexedDB.open("vmstudy");
		request.onsuccess = () => {
			const t = request.result.transaction("batches", "readwrite");
			t.objectStore("batches").put(%s);
			t.oncomplete = () => { request.result.close(); window.put = true; };
		};
	})()`, fmt.Sprintf(record, args...)))
	p.Await(p.Tab, "window.put")
}

// shelved is JavaScript that returns all records on the shelf, as JSON.
const shelved = `new Promise((resolve) => {
	const request = indexedDB.open("vmstudy");
	request.onsuccess = () => {
		const all = request.result.transaction("batches").objectStore("batches").getAll();
		all.onsuccess = () => { request.result.close(); resolve(JSON.stringify(all.result)); };
	};
})`

func shelf(p *webtest.Sitter) string {
	p.T.Helper()
	text, err := chromedp.Run(p.Tab, chromedp.Evaluate[string](shelved, chromedp.EvalAwaitPromise))
	if err != nil {
		return ""
	}
	return text
}

// A batch that is refused stays in the browser. The page says so, the batch does not delay others,
// and it is not sent again from every page.
func TestARefusedBatchStaysAndIsTriedRarely(t *testing.T) {
	t.Parallel()
	st := webtest.NewStation(t, studytest.OneTrial())
	a := st.Sits()
	a.Press("/consent")
	a.Shows(`form[action$="/start"]`)
	a.Press("/start")
	work(a, "a")
	webtest.Eventually(t, "the row is stored", func() bool { return len(a.Measured()) == 1 })
	v := a.Now()
	attempt := v.Trials[0].Last().ID
	a.Do(a.Tab, iAmDone...)
	a.Await(a.Tab, `document.body.innerText.includes("Thank you")`)
	kept(st.Desk, a.Tab, 0)

	// The first batch makes no sense. The second one is from an earlier version, which had no keys.
	leave(a, `{session: %d, key: "%s", page: 1, batch: 7, attempt: %d, zero: 0, uncertainty: 0, given: 1, dropped: 0, last: false, rows: [{number: 9}], events: []}`, v.ID, visit.HandInKey(v), attempt)
	leave(a, `{session: %d, page: 1, batch: 8, attempt: %d, zero: %d, uncertainty: 0, given: 20, dropped: 0, last: false, rows: [], events: [{number: 20, kind: "page_hidden", at: 1000, detail: ""}]}`,
		v.ID, attempt, v.Trials[0].Last().AskedAt.UnixMicro())
	refusals := func() int { return strings.Count(st.Log.String(), "nonsense") }
	a.Do(a.Tab, chromedp.Reload())
	webtest.Eventually(t, "one is stored and one refused", func() bool { return count(st.Desk, a.Tab) == 1 && strings.Contains(shelf(a), `"status":422,"times":1`) })
	a.Await(a.Tab, `!document.querySelector("[data-left]").hidden && document.querySelector("[data-left]").innerText.includes("tell the person who runs the study")`)
	before := refusals() // two, if the page was loaded anew before it heard of the first
	opensAfter := func(seconds int) {
		spoil(st.Desk, a.Tab, fmt.Sprintf(`{ const now = Date.now, since = %s[0].refused.at + %d - now(); Date.now = () => now() + since; }`, shelf(a), seconds*1000))
	}
	opensAfter(1)
	for range 3 {
		a.Do(a.Tab, chromedp.Reload())
		a.Await(a.Tab, `document.readyState === "complete" && !document.querySelector("[data-left]").hidden`)
	}
	if n := refusals() - before; n != 0 {
		t.Errorf("three more pages sent it %d times, want never", n)
	}
	opensAfter(61)
	a.Do(a.Tab, chromedp.Reload())
	webtest.Eventually(t, "after a minute it is tried again", func() bool { return refusals() == before+1 && strings.Contains(shelf(a), `"status":422,"times":2`) })

	// Somebody else's page may try the batch again when its time has come. It, too, keeps the
	// batch.
	b := st.Sits()
	b.Await(b.Tab, `document.querySelector("[data-left]").innerText.includes("measurements of another visit")`)
	b.Runs(`const now = Date.now; Date.now = () => now() + 3600_000`)
	leave(b, `{...%s[0], refused: {status: 422, times: 3, at: 1}}`, shelf(a))
	b.Do(b.Tab, chromedp.Reload())
	webtest.Eventually(t, "it is refused again", func() bool { return strings.Contains(shelf(b), `"status":422,"times":4`) })
	if !strings.Contains(shelf(b), visit.HandInKey(v)) {
		t.Errorf("on the shelf is %s", shelf(b))
	}
}

// A record without a key needs the cookie of its visit. The personal link sets that cookie again.
func TestARecordOfTheVersionBeforeWaitsForItsLink(t *testing.T) {
	t.Parallel()
	st := webtest.NewStation(t, studytest.OneTrial())
	a := st.Sits()
	a.Press("/consent")
	a.Shows(`form[action$="/start"]`)
	a.Press("/start")
	work(a, "a")
	webtest.Eventually(t, "the row is stored", func() bool { return len(a.Measured()) == 1 })
	v := a.Now()
	a.Do(a.Tab, iAmDone...)
	a.Await(a.Tab, `document.body.innerText.includes("Thank you")`)
	kept(st.Desk, a.Tab, 0)
	forgetCookies(a.Station.Desk, a.Tab) // first: a page that still looks whether all is sent would send the record
	leave(a, `{session: %d, page: 1, batch: 8, attempt: %d, zero: %d, uncertainty: 0, given: 20, dropped: 0, last: false, rows: [], events: [{number: 20, kind: "page_hidden", at: 1000, detail: ""}]}`,
		v.ID, v.Trials[0].Last().ID, v.Trials[0].Last().AskedAt.UnixMicro())
	b := st.Sits()
	b.Await(b.Tab, `document.querySelector("[data-left]").innerText.includes("personal link is opened in this browser again")`)
	if n := count(st.Desk, b.Tab); n != 1 {
		t.Fatalf("%d records are kept, want 1", n)
	}
	receipts := func() int {
		all, err := st.Store.Receipts(t.Context(), v.ID)
		st.Must(err)
		return len(all)
	}
	before := receipts()
	a.Do(a.Tab, chromedp.Navigate(st.Web.URL+page.LinkPath(a.Who.Link)))
	a.Await(a.Tab, `document.body.innerText.includes("Thank you")`)
	kept(st.Desk, a.Tab, 0)
	if receipts() != before+1 {
		t.Errorf("%d batches are on record, want %d", receipts(), before+1)
	}
}
