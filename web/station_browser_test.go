package web

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"vmstudy/study"
	"vmstudy/studytest"
)

// everyForm returns a design of one trial with every form that a visit can have.
func everyForm() study.Design {
	d := studytest.OneTrial()
	d.About, d.Instruments, d.Record = "about", []string{"satisfaction", "tlx", "remarks"}, study.RecordAsk
	return d
}

// work waits for the desktop and types into it.
func (p *sitter) work(text string) {
	p.t.Helper()
	p.do(p.tab, func(ctx context.Context, _ *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.Call(ctx, page.BringToFront, cdp.Empty{})
		return chromedp.Void{}, err
	})
	p.await(p.tab, desktopThere+` && !document.querySelector("[data-ask=give-up]").disabled`)
	p.runs(`document.querySelector("canvas").focus()`)
	for _, key := range text {
		p.do(p.tab, chromedp.KeyEvent(string(key)))
	}
}

// Two people share a browser, each in a tab, and take turns. Everything must be recorded for the
// right one.
func TestTwoPeopleInTwoTabsOfOneBrowser(t *testing.T) {
	t.Parallel()
	st := newStation(t, everyForm())
	a := st.sits()
	b := st.sits() // began last
	a.runs(`document.querySelector("[name=record]").click()`)
	a.press("/consent")
	a.shows(`form[action$="/answers"]`)
	if got := b.now(); !got.ConsentedAt.IsZero() {
		t.Fatalf("who pressed nothing consented at %v", got.ConsentedAt)
	}
	b.press("/consent")
	b.shows(`form[action$="/answers"]`)
	if !a.now().Recorded || b.now().Recorded {
		t.Errorf("recorded are the first: %t and the second: %t, want only the first", a.now().Recorded, b.now().Recorded)
	}

	a.choose(1)
	b.choose(2)
	a.press("/answers")
	b.press("/answers")
	for _, p := range []*sitter{a, b} {
		p.shows(`form[action$="/start"]`)
		p.press("/start")
	}
	a.work("ab")
	b.work("c")
	a.work("de")
	for _, p := range []*sitter{b, a} {
		p.do(p.tab, iAmDone...)
		p.shows(`form[action$="/answers"]`)
	}
	for n, p := range []*sitter{a, b} {
		p.choose(n)
		p.press("/answers")
		p.shows(`form[action$="/answers"] .ticks`)
	}
	if na, nb := len(a.measured()), len(b.measured()); na != 4 || nb != 1 {
		t.Errorf("%d and %d rows are stored, want 4 of the first and 1 of the second", na, nb)
	}
	for _, p := range []*sitter{a, b} {
		if mine, trial := p.rated(0, "about"), p.rated(p.now().Trials[0].ID, "satisfaction"); mine == "" || trial == "" {
			t.Errorf("%s has about %q and satisfaction %q", p.who.Code, mine, trial)
		}
	}
	if a.rated(0, "about") == b.rated(0, "about") || a.rated(a.now().Trials[0].ID, "satisfaction") == b.rated(b.now().Trials[0].ID, "satisfaction") {
		t.Error("the two have the same answers")
	}
	if text := st.log.String(); strings.Contains(text, "nonsense") || strings.Contains(text, "level=ERROR") {
		t.Errorf("log:\n%s", text)
	}
}

// A page could not send its batches. Whoever uses the browser next sends them for that page's
// session, even after the browser was restarted and has lost its cookies.
func TestWhatIsLeftIsHandedInForWhoLeftIt(t *testing.T) {
	t.Parallel()
	st := newStation(t, studytest.OneTrial())
	a := st.sits()
	a.press("/consent")
	a.shows(`form[action$="/start"]`)
	a.press("/start")
	a.work("")
	st.store.setAway(errors.New("the database is away"))
	a.work("abc")
	a.do(a.tab, iAmDone...)
	a.await(a.tab, `document.body.innerText.includes("Thank you")`)
	a.await(a.tab, `!document.querySelector("[data-left]").hidden && document.querySelector("[data-left]").innerText.includes("leave this page open")`)
	a.await(a.tab, `document.querySelector("[data-saved]").hidden`)
	a.do(a.tab, chromedp.Navigate("about:blank"))
	a.forgetCookies(a.tab)
	if n := len(a.measured()); n != 0 {
		t.Fatalf("%d rows are stored while the database is away", n)
	}

	b := st.sits()
	b.await(b.tab, `!document.querySelector("[data-left]").hidden`)
	st.store.setAway(nil)
	b.press("/consent") // at the latest from the next page
	b.shows(`form[action$="/start"]`)
	st.kept(b.tab, 0)
	b.await(b.tab, `document.querySelector("[data-left]").hidden`)
	if na, nb := len(a.measured()), len(b.measured()); na != 3 || nb != 0 {
		t.Errorf("%d rows are stored of who typed them and %d of the other, want 3 and 0", na, nb)
	}
}

// leave puts a record on the shelf of p's browser.
func (p *sitter) leave(record string, args ...any) {
	p.t.Helper()
	p.runs(fmt.Sprintf(`window.put = false; (() => {
		const request = indexedDB.open("vmstudy");
		request.onsuccess = () => {
			const t = request.result.transaction("batches", "readwrite");
			t.objectStore("batches").put(%s);
			t.oncomplete = () => { request.result.close(); window.put = true; };
		};
	})()`, fmt.Sprintf(record, args...)))
	p.await(p.tab, "window.put")
}

// shelved is JavaScript that returns all records on the shelf, as JSON.
const shelved = `new Promise((resolve) => {
	const request = indexedDB.open("vmstudy");
	request.onsuccess = () => {
		const all = request.result.transaction("batches").objectStore("batches").getAll();
		all.onsuccess = () => { request.result.close(); resolve(JSON.stringify(all.result)); };
	};
})`

func (p *sitter) shelf() string {
	p.t.Helper()
	text, err := chromedp.Run(p.tab, chromedp.Evaluate[string](shelved, chromedp.EvalAwaitPromise))
	if err != nil {
		return ""
	}
	return text
}

// A batch that is refused stays in the browser. The page says so, the batch does not delay others,
// and it is not sent again from every page.
func TestARefusedBatchStaysAndIsTriedRarely(t *testing.T) {
	t.Parallel()
	st := newStation(t, studytest.OneTrial())
	a := st.sits()
	a.press("/consent")
	a.shows(`form[action$="/start"]`)
	a.press("/start")
	a.work("a")
	eventually(t, "the row is stored", func() bool { return len(a.measured()) == 1 })
	v := a.now()
	attempt := v.Trials[0].Last().ID
	a.do(a.tab, iAmDone...)
	a.await(a.tab, `document.body.innerText.includes("Thank you")`)
	st.kept(a.tab, 0)

	// The first batch makes no sense. The second one is from an earlier version, which had no keys.
	a.leave(`{session: %d, key: "%s", page: 1, batch: 7, attempt: %d, zero: 0, uncertainty: 0, given: 1, dropped: 0, last: false, rows: [{number: 9}], events: []}`, v.ID, handInKey(v), attempt)
	a.leave(`{session: %d, page: 1, batch: 8, attempt: %d, zero: %d, uncertainty: 0, given: 20, dropped: 0, last: false, rows: [], events: [{number: 20, kind: "page_hidden", at: 1000, detail: ""}]}`,
		v.ID, attempt, v.Trials[0].Last().AskedAt.UnixMicro())
	refusals := func() int { return strings.Count(st.log.String(), "nonsense") }
	a.do(a.tab, chromedp.Reload())
	eventually(t, "one is stored and one refused", func() bool { return st.count(a.tab) == 1 && strings.Contains(a.shelf(), `"status":422,"times":1`) })
	a.await(a.tab, `!document.querySelector("[data-left]").hidden && document.querySelector("[data-left]").innerText.includes("tell the person who runs the study")`)
	for range 3 {
		a.do(a.tab, chromedp.Reload())
		a.await(a.tab, `document.readyState === "complete" && !document.querySelector("[data-left]").hidden`)
	}
	if n := refusals(); n != 1 {
		t.Errorf("it was sent %d times over four pages, want once", n)
	}

	// Somebody else's page may try the batch again when its time has come. It, too, keeps the
	// batch.
	b := st.sits()
	b.await(b.tab, `document.querySelector("[data-left]").innerText.includes("measurements of another visit")`)
	b.runs(`const now = Date.now; Date.now = () => now() + 3600_000`)
	b.leave(`{...%s[0], refused: {status: 422, times: 3, at: 1}}`, a.shelf())
	b.do(b.tab, chromedp.Reload())
	eventually(t, "it is refused again", func() bool { return strings.Contains(b.shelf(), `"status":422,"times":4`) })
	if !strings.Contains(b.shelf(), handInKey(v)) {
		t.Errorf("on the shelf is %s", b.shelf())
	}
}

// A record without a key needs the cookie of its visit. The personal link sets that cookie again.
func TestARecordOfTheVersionBeforeWaitsForItsLink(t *testing.T) {
	t.Parallel()
	st := newStation(t, studytest.OneTrial())
	a := st.sits()
	a.press("/consent")
	a.shows(`form[action$="/start"]`)
	a.press("/start")
	a.work("a")
	eventually(t, "the row is stored", func() bool { return len(a.measured()) == 1 })
	v := a.now()
	a.do(a.tab, iAmDone...)
	a.await(a.tab, `document.body.innerText.includes("Thank you")`)
	st.kept(a.tab, 0)
	a.leave(`{session: %d, page: 1, batch: 8, attempt: %d, zero: %d, uncertainty: 0, given: 20, dropped: 0, last: false, rows: [], events: [{number: 20, kind: "page_hidden", at: 1000, detail: ""}]}`,
		v.ID, v.Trials[0].Last().ID, v.Trials[0].Last().AskedAt.UnixMicro())
	a.forgetCookies(a.tab)
	b := st.sits()
	b.await(b.tab, `document.querySelector("[data-left]").innerText.includes("personal link is opened in this browser again")`)
	if n := st.count(b.tab); n != 1 {
		t.Fatalf("%d records are kept, want 1", n)
	}
	receipts := func() int {
		all, err := st.store.Receipts(t.Context(), v.ID)
		st.must(err)
		return len(all)
	}
	before := receipts()
	a.do(a.tab, chromedp.Navigate(st.web.URL+linkPath(a.who.Link)))
	a.await(a.tab, `document.body.innerText.includes("Thank you")`)
	st.kept(a.tab, 0)
	if receipts() != before+1 {
		t.Errorf("%d batches are on record, want %d", receipts(), before+1)
	}
}
