package visit_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web/page"
)

// again opens the visit of p in another tab.
func again(p *webtest.Sitter) *webtest.Sitter {
	p.T.Helper()
	other := &webtest.Sitter{Station: p.Station, Who: p.Who}
	other.Tab = p.Station.NewTab(other.Who)
	p.Do(other.Tab, chromedp.Navigate(p.Web.URL+page.VisitPath(p.Now().ID)))
	other.Shows("main[data-step]")
	return other
}

// filledIn is JavaScript that returns what is chosen and written on the page's form, as JSON.
const filledIn = `JSON.stringify([...document.querySelector("form[data-unsent]").elements]
	.filter((e) => e.name && e.type !== "hidden" && (e.type === "textarea" ? e.value : e.checked)).map((e) => [e.name, e.value]))`

func filled(p *webtest.Sitter) string {
	p.T.Helper()
	text, err := chromedp.Run(p.Tab, chromedp.Evaluate[string](filledIn))
	p.Must(err)
	return text
}

// unsentForms is JavaScript that counts the unsent forms in the tab's storage.
const unsentForms = `Object.keys(sessionStorage).filter((k) => k.startsWith("vmstudy unsent")).length`

// loads does something that makes the tab load a page, and waits until the page is there.
func loads(p *webtest.Sitter, how chromedp.Action[chromedp.Void]) {
	p.T.Helper()
	p.Runs(`window.old = true`)
	p.Do(p.Tab, how)
	p.Await(p.Tab, `!window.old && document.readyState === "complete" && document.querySelector("form[data-unsent]")`)
}

// fillings fill in half of each form of everyForm.
var fillings = []struct{ form, half string }{
	{"/consent", `document.querySelector("[name=record]").click()`},
	{"/answers", `document.querySelectorAll("[name=age_band]")[2].click()`},
	{"/answers", `document.querySelectorAll("[name=satisfaction]")[4].click()`},
	{"/answers", `document.querySelectorAll("[name=effort]")[7].click(); document.querySelectorAll("[name=frustration]")[20].click()`},
	{"/answers", `document.querySelector("textarea").value = "It was\nfine & <slow>"; document.querySelector("textarea").dispatchEvent(new Event("input", { bubbles: true }))`},
}

// After a reload, after going back, and after another page, a form must contain what was filled in,
// until it is accepted.
func TestAHalfFilledFormIsStillThere(t *testing.T) {
	t.Parallel()
	st := webtest.NewStation(t, everyForm())
	p := st.Sits()
	for n, f := range fillings {
		p.Shows(fmt.Sprintf(`form[data-unsent][action$="%s"]`, f.form))
		if got := filled(p); got != "[]" {
			t.Fatalf("form %d begins with %s", n, got)
		}
		p.Runs(f.half)
		want := filled(p)
		if want == "[]" {
			t.Fatalf("form %d: nothing is filled in", n)
		}
		loads(p, chromedp.Reload())
		if got := filled(p); got != want {
			t.Errorf("form %d after a reload: %s, want %s", n, got, want)
		}
		p.Await(p.Tab, `!document.querySelector("[data-restored]").hidden`)
		p.Do(p.Tab, chromedp.Navigate(st.Web.URL+"/healthz"))
		loads(p, chromedp.NavigateBack())
		if got := filled(p); got != want {
			t.Errorf("form %d after the way back: %s, want %s", n, got, want)
		}
		complete(p)
		p.Press(f.form)
		p.Await(p.Tab, unsentForms+` === 0 && !window.old`)
		if f.form == "/answers" && n == 1 {
			toTheDesktopAndBack(p)
		}
	}
	p.Await(p.Tab, `document.body.innerText.includes("Thank you")`)
	trial := p.Now().Trials[0].ID
	if !p.Now().Recorded || p.Rated(0, "about") == "" || p.Rated(trial, "satisfaction") != "5" || p.Rated(trial, "remarks") != "It was\nfine & <slow>" {
		t.Errorf("stored are recorded %t, about %q, satisfaction %q, remarks %q",
			p.Now().Recorded, p.Rated(0, "about"), p.Rated(trial, "satisfaction"), p.Rated(trial, "remarks"))
	}
}

// complete chooses the first mark of every question that has no answer yet.
func complete(p *webtest.Sitter) {
	p.T.Helper()
	p.Runs(`window.old = true;
		for (const i of document.querySelectorAll("input[type=radio]")) {
			if (!document.querySelector("[name=" + i.name + "]:checked")) i.click();
		}`)
}

// toTheDesktopAndBack does a trial.
func toTheDesktopAndBack(p *webtest.Sitter) {
	p.T.Helper()
	p.Shows(`form[action$="/start"]`)
	p.Press("/start")
	work(p, "a")
	p.Press("/done")
}

// What is filled in in one tab must not appear in another tab, nor on the form of a later step.
func TestWhatIsLateIsShownAndFillsNothingElse(t *testing.T) {
	t.Parallel()
	d := studytest.OneTrial()
	d.Tasks = append(d.Tasks, study.Task{ID: "again", Title: study.Plain("Look again"), Instruction: study.Plain("Look at the screen.")})
	d.Instruments = []string{"remarks"}
	st := webtest.NewStation(t, d)
	one := st.Sits()
	one.Press("/consent")
	toTheDesktopAndBack(one)
	one.Shows("textarea")
	two := again(one)
	three := again(one)
	const write = `document.querySelector("textarea").value = "%s"; document.querySelector("textarea").dispatchEvent(new Event("input", { bubbles: true }))`
	one.Runs(fmt.Sprintf(write, "from the first tab"))
	three.Runs(fmt.Sprintf(write, "never sent"))
	if got := filled(two); got != "[]" {
		t.Errorf("the second tab begins with %s", got)
	}
	two.Runs(fmt.Sprintf(write, "from the second tab"))
	two.Press("/answers")
	two.Shows(`form[action$="/start"]`)

	one.Press("/answers")
	one.Await(one.Tab, `document.body.innerText.includes("was not stored") && document.body.innerText.includes("from the first tab")`)
	one.Runs(`document.querySelector("a.button").click()`)
	one.Shows(`form[action$="/start"]`)
	one.Await(one.Tab, unsentForms+` === 0 && document.querySelector("[data-late]").hidden`)

	toTheDesktopAndBack(two)
	two.Shows("textarea")
	three.Do(three.Tab, chromedp.Reload())
	three.Shows("[data-late]:not([hidden])")
	three.Await(three.Tab, `document.querySelector("[data-late]").innerText.includes("never sent")`)
	if got := filled(three); got != "[]" {
		t.Errorf("the form of the second trial is filled with %s", got)
	}
	three.Runs(`document.querySelector("[data-late] button").click()`)
	three.Await(three.Tab, unsentForms+` === 0`)
	if got := one.Rated(one.Now().Trials[0].ID, "remarks"); got != "from the second tab" {
		t.Errorf("stored is %q", got)
	}
}

// A form keeps what is filled in when it is refused, and when the server does not answer.
func TestAFormThatWasNotTakenIsStillThere(t *testing.T) {
	t.Parallel()
	d := studytest.OneTrial()
	d.Instruments = []string{"tlx", "remarks"}
	st := webtest.NewStation(t, d)
	c := plug(st.Desk)
	p := st.Sits()
	p.Press("/consent")
	toTheDesktopAndBack(p)
	p.Shows(".ticks")
	p.Runs(`document.querySelectorAll("[name=effort]")[7].click()`)
	p.Press("/answers") // without answers to some questions
	p.Shows(`[aria-invalid]`)
	if got := filled(p); got != `[["effort","35"]]` {
		t.Errorf("after the refusal the form holds %s", got)
	}
	p.Runs(`document.querySelectorAll("[name=effort]")[8].click()`)
	complete(p)
	want := filled(p)
	forgetCookies(st.Desk, p.Tab)
	p.Press("/answers")
	p.Await(p.Tab, `document.body.innerText.includes("open your link in this tab")`)
	p.Do(p.Tab, chromedp.Navigate(st.Web.URL+page.LinkPath(p.Who.Link)))
	p.Press("/begin")
	p.Shows(".ticks")
	if got := filled(p); got != want {
		t.Errorf("after the personal link was opened again the form holds %s, want %s", got, want)
	}
	c.cut()
	p.Press("/answers")
	p.Await(p.Tab, `!document.querySelector("form")`) // the browser's own error page
	c.join(st.Web)
	p.Do(p.Tab, chromedp.Navigate(st.Web.URL+page.VisitPath(p.Now().ID)))
	p.Shows(".ticks")
	if got := filled(p); got != want {
		t.Errorf("after the server was away the form holds %s, want %s", got, want)
	}
	p.Press("/answers")
	p.Shows("textarea")
}
