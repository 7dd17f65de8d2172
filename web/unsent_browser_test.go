package web

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"

	"vmstudy/study"
	"vmstudy/studytest"
)

// again opens the visit of p in another tab.
func (p *sitter) again() *sitter {
	p.t.Helper()
	other := &sitter{station: p.station, who: p.who}
	other.tab = p.station.newTab(other.who)
	p.do(other.tab, chromedp.Navigate(p.web.URL+visitPath(p.now().ID)))
	other.shows("main[data-step]")
	return other
}

// filledIn is JavaScript that returns what is chosen and written on the page's form, as JSON.
const filledIn = `JSON.stringify([...document.querySelector("form[data-unsent]").elements]
	.filter((e) => e.name && e.type !== "hidden" && (e.type === "textarea" ? e.value : e.checked)).map((e) => [e.name, e.value]))`

func (p *sitter) filled() string {
	p.t.Helper()
	text, err := chromedp.Run(p.tab, chromedp.Evaluate[string](filledIn))
	p.must(err)
	return text
}

// unsentForms is JavaScript that counts the unsent forms in the tab's storage.
const unsentForms = `Object.keys(sessionStorage).filter((k) => k.startsWith("vmstudy unsent")).length`

// loads does something that makes the tab load a page, and waits until the page is there.
func (p *sitter) loads(how chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	p.runs(`window.old = true`)
	p.do(p.tab, how)
	p.await(p.tab, `!window.old && document.readyState === "complete" && document.querySelector("form[data-unsent]")`)
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
	st := newStation(t, everyForm())
	p := st.sits()
	for n, f := range fillings {
		p.shows(fmt.Sprintf(`form[data-unsent][action$="%s"]`, f.form))
		if got := p.filled(); got != "[]" {
			t.Fatalf("form %d begins with %s", n, got)
		}
		p.runs(f.half)
		want := p.filled()
		if want == "[]" {
			t.Fatalf("form %d: nothing is filled in", n)
		}
		p.loads(chromedp.Reload())
		if got := p.filled(); got != want {
			t.Errorf("form %d after a reload: %s, want %s", n, got, want)
		}
		p.await(p.tab, `!document.querySelector("[data-restored]").hidden`)
		p.do(p.tab, chromedp.Navigate(st.web.URL+"/healthz"))
		p.loads(chromedp.NavigateBack())
		if got := p.filled(); got != want {
			t.Errorf("form %d after the way back: %s, want %s", n, got, want)
		}
		p.complete()
		p.press(f.form)
		p.await(p.tab, unsentForms+` === 0 && !window.old`)
		if f.form == "/answers" && n == 1 {
			p.toTheDesktopAndBack()
		}
	}
	p.await(p.tab, `document.body.innerText.includes("Thank you")`)
	trial := p.now().Trials[0].ID
	if !p.now().Recorded || p.rated(0, "about") == "" || p.rated(trial, "satisfaction") != "5" || p.rated(trial, "remarks") != "It was\nfine & <slow>" {
		t.Errorf("stored are recorded %t, about %q, satisfaction %q, remarks %q",
			p.now().Recorded, p.rated(0, "about"), p.rated(trial, "satisfaction"), p.rated(trial, "remarks"))
	}
}

// complete chooses the first mark of every question that has no answer yet.
func (p *sitter) complete() {
	p.t.Helper()
	p.runs(`window.old = true;
		for (const i of document.querySelectorAll("input[type=radio]")) {
			if (!document.querySelector("[name=" + i.name + "]:checked")) i.click();
		}`)
}

// toTheDesktopAndBack does a trial.
func (p *sitter) toTheDesktopAndBack() {
	p.t.Helper()
	p.shows(`form[action$="/start"]`)
	p.press("/start")
	p.work("a")
	p.press("/done")
}

// What is filled in in one tab must not appear in another tab, nor on the form of a later step.
func TestWhatIsLateIsShownAndFillsNothingElse(t *testing.T) {
	t.Parallel()
	d := studytest.OneTrial()
	d.Tasks = append(d.Tasks, study.Task{ID: "again", Title: study.Plain("Look again"), Instruction: study.Plain("Look at the screen.")})
	d.Instruments = []string{"remarks"}
	st := newStation(t, d)
	one := st.sits()
	one.press("/consent")
	one.toTheDesktopAndBack()
	one.shows("textarea")
	two := one.again()
	three := one.again()
	const write = `document.querySelector("textarea").value = "%s"; document.querySelector("textarea").dispatchEvent(new Event("input", { bubbles: true }))`
	one.runs(fmt.Sprintf(write, "from the first tab"))
	three.runs(fmt.Sprintf(write, "never sent"))
	if got := two.filled(); got != "[]" {
		t.Errorf("the second tab begins with %s", got)
	}
	two.runs(fmt.Sprintf(write, "from the second tab"))
	two.press("/answers")
	two.shows(`form[action$="/start"]`)

	one.press("/answers")
	one.await(one.tab, `document.body.innerText.includes("was not stored") && document.body.innerText.includes("from the first tab")`)
	one.runs(`document.querySelector("a.button").click()`)
	one.shows(`form[action$="/start"]`)
	one.await(one.tab, unsentForms+` === 0 && document.querySelector("[data-late]").hidden`)

	two.toTheDesktopAndBack()
	two.shows("textarea")
	three.do(three.tab, chromedp.Reload())
	three.shows("[data-late]:not([hidden])")
	three.await(three.tab, `document.querySelector("[data-late]").innerText.includes("never sent")`)
	if got := three.filled(); got != "[]" {
		t.Errorf("the form of the second trial is filled with %s", got)
	}
	three.runs(`document.querySelector("[data-late] button").click()`)
	three.await(three.tab, unsentForms+` === 0`)
	if got := one.rated(one.now().Trials[0].ID, "remarks"); got != "from the second tab" {
		t.Errorf("stored is %q", got)
	}
}

// A form keeps what is filled in when it is refused, and when the server does not answer.
func TestAFormThatWasNotTakenIsStillThere(t *testing.T) {
	t.Parallel()
	d := studytest.OneTrial()
	d.Instruments = []string{"tlx", "remarks"}
	st := newStation(t, d)
	c := st.plug()
	p := st.sits()
	p.press("/consent")
	p.toTheDesktopAndBack()
	p.shows(".ticks")
	p.runs(`document.querySelectorAll("[name=effort]")[7].click()`)
	p.press("/answers") // without answers to some questions
	p.shows(`[aria-invalid]`)
	if got := p.filled(); got != `[["effort","35"]]` {
		t.Errorf("after the refusal the form holds %s", got)
	}
	p.runs(`document.querySelectorAll("[name=effort]")[8].click()`)
	p.complete()
	want := p.filled()
	st.forgetCookies(p.tab)
	p.press("/answers")
	p.await(p.tab, `document.body.innerText.includes("open your link in this tab")`)
	p.do(p.tab, chromedp.Navigate(st.web.URL+linkPath(p.who.Link)))
	p.press("/begin")
	p.shows(".ticks")
	if got := p.filled(); got != want {
		t.Errorf("after the personal link was opened again the form holds %s, want %s", got, want)
	}
	c.cut()
	p.press("/answers")
	p.await(p.tab, `!document.querySelector("form")`) // the browser's own error page
	c.join(st.web)
	p.do(p.tab, chromedp.Navigate(st.web.URL+visitPath(p.now().ID)))
	p.shows(".ticks")
	if got := p.filled(); got != want {
		t.Errorf("after the server was away the form holds %s, want %s", got, want)
	}
	p.press("/answers")
	p.shows("textarea")
}
