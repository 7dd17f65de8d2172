package web

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"vmstudy/study"
	"vmstudy/studytest"
)

// browse opens a lab page in a real browser in which ada is signed in. To wait for a script, wait
// for a condition in the page: see eventually.
func (l *lab) browse(path string) context.Context {
	l.t.Helper()
	site := httptest.NewServer(l.handler)
	l.t.Cleanup(site.Close)
	ctx := newTab(l.t, time.Minute)
	l.must(chromedp.Do(ctx, chromedp.Navigate(site.URL+"/healthz")))
	_, err := chromedp.Call(ctx, network.SetCookie, network.SetCookieParams{Name: l.login.Name, Value: l.login.Value, URL: site.URL})
	l.must(err)
	l.must(chromedp.Do(ctx, chromedp.Navigate(site.URL+path)))
	return ctx
}

// eventually waits until the JavaScript expression is true in the page. Our pages ask for a process
// of their own (Cross-Origin-Opener-Policy). While the browser changes the process, an evaluation
// may fail; then eventually tries again.
func (l *lab) eventually(ctx context.Context, expression string) {
	l.t.Helper()
	for {
		_, err := chromedp.Run(ctx, chromedp.Poll[bool](expression))
		switch {
		case err == nil:
			return
		case ctx.Err() == nil && strings.Contains(err.Error(), "Cannot find context"):
		default:
			l.t.Fatalf("waiting for %s: %v", expression, err)
		}
	}
}

// act runs JavaScript in the page.
func (l *lab) act(ctx context.Context, script string) {
	l.t.Helper()
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](script+"; true")); err != nil {
		l.t.Fatalf("running %s: %v", script, err)
	}
}

func TestTheBrowserWorksOutADesignWhileItIsTyped(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	id := l.study(studytest.Design(), false)
	ctx := l.browse(designPath(id))
	const trials = `document.querySelector("#preview .figures dd").textContent.trim().startsWith("%d ")`
	l.eventually(ctx, fmt.Sprintf(trials, 5))
	const leaving = `window.dispatchEvent(new Event("beforeunload", {cancelable: true})) === %t`
	l.eventually(ctx, fmt.Sprintf(leaving, true))

	l.act(ctx, `document.querySelector("[value=vnc]").click()`)
	l.eventually(ctx, fmt.Sprintf(trials, 3))

	l.act(ctx, `document.querySelector("[name=profile]").value = "lte"`)
	l.act(ctx, `document.querySelector("[value='add networks']").click()`)
	l.eventually(ctx, `document.querySelector("[name='networks[2].name']").value === "lte" && document.querySelector("[name='networks[2].rtt_ms']").value === "70"`)
	l.act(ctx, `document.querySelector("[value='drop networks[2]']").click()`)
	l.act(ctx, `document.querySelector("[value='add networks']").click()`)
	l.eventually(ctx, `document.activeElement.name === "networks[2].name" && document.activeElement.value === ""`)
	l.must(chromedp.Do(ctx, chromedp.KeyEvent("5G")))
	l.eventually(ctx, fmt.Sprintf(trials, 4))

	l.act(ctx, `document.querySelector("[value='add networks[0].phases']").closest("details").open = true`) // elements in closed details cannot have the focus
	l.act(ctx, `document.querySelector("[value='add networks[0].phases']").click()`)
	l.eventually(ctx, `document.activeElement.name === "networks[0].phases[1].from_s" && document.activeElement.value === ""`)
	l.must(chromedp.Do(ctx, chromedp.KeyEvent("5")))
	l.act(ctx, `document.activeElement.closest("tr").querySelector("[name$=for_s]").value = "10"`)
	l.act(ctx, `document.activeElement.closest("tr").querySelector("[name$=outage]").value = "true"`)
	l.act(ctx, `document.activeElement.dispatchEvent(new Event("input", {bubbles: true}))`) // as typing does
	l.eventually(ctx, `document.querySelector("#preview").textContent.includes("from 5 s")`)

	l.eventually(ctx, fmt.Sprintf(leaving, false)) // it is prevented: something is not saved
	for range 2 {
		l.act(ctx, `document.querySelector("[value='drop networks[1]']").click()`)
		l.eventually(ctx, fmt.Sprintf(trials, 3))
		l.act(ctx, `document.querySelector("#undo button").click()`)
		l.eventually(ctx, fmt.Sprintf(trials, 4))
	}
	l.act(ctx, `document.querySelector("[value='drop networks[1]']").click()`)
	l.eventually(ctx, fmt.Sprintf(trials, 3))

	l.eventually(ctx, `getComputedStyle(document.querySelector("[data-appliance=paint]")).display === "none"`)
	_, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(`[value=save]:not(.unseen)`)))
	l.must(err)
	var names []string
	for _, n := range l.onlyStudy().Draft.Networks {
		names = append(names, n.Name)
	}
	if got := strings.Join(names, " "); got != "LAN 5G" {
		t.Errorf("the networks stored are %q, want LAN and 5G", got)
	}
	if got := l.onlyStudy().Draft.Networks[0].Network.String(); !strings.Contains(got, "from 5 s for 10 s: outage") {
		t.Errorf("the network that got a phase is stored as %q", got)
	}
}

func TestNoPageOfTheLabIsWiderThanAPhone(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	d := studytest.Design()
	d.Title = study.Plain("A study of which the title is a long one, as those of studies are")
	id := l.study(d, true)
	people, err := l.store.AddParticipants(t.Context(), id, false, NewLinks(2), l.now)
	l.must(err)
	visit, err := l.store.StartSession(t.Context(), people[0].ID, l.now)
	l.must(err)
	l.post(studyPath(id)+"/appointments", offer("2026-03-20", "09:00", "13:00", "The small room on the second floor"))
	ctx := l.browse("/lab")
	l.must(chromedp.Do(ctx, chromedp.EmulateViewport(390, 844)))
	site, err := chromedp.Run(ctx, chromedp.Evaluate[string]("location.origin"))
	l.must(err)
	for _, path := range []string{
		"/lab", "/lab/live", "/lab/day?date=2026-03-20", "/lab/studies/new", studyPath(id), designPath(id), studyPath(id) + "/publish",
		studyPath(id) + "/participants", studyPath(id) + "/appointments", studyPath(id) + "/results",
		fmt.Sprintf("/lab/sessions/%d", visit), fmt.Sprintf("/lab/sessions/%d/watch", visit), "/lab/nowhere",
	} {
		l.must(chromedp.Do(ctx, chromedp.Navigate(site+path)))
		l.eventually(ctx, noWider)
	}
}

func TestTheBrowserFollowsASession(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	_, id := l.reader()
	path := fmt.Sprintf("/lab/sessions/%d", id)
	ctx := l.browse(path)
	l.eventually(ctx, `document.querySelector(".standing strong").textContent === "reads the consent"`)
	l.act(ctx, `document.querySelector("h1").dataset.same = "yes"; document.querySelector("main").style.minHeight = "5000px"; scrollTo(0, 700)`)

	l.must(l.store.RecordVisit(t.Context(), id, study.Step{Kind: study.StepConsent}, l.now))
	l.eventually(ctx, `document.querySelector(".standing strong").textContent === "answers questions about themselves"`)
	l.eventually(ctx, `document.querySelector("h1").dataset.same === "yes" && scrollY === 700`)
}

// Enter in the field of the reason would press the first of several buttons, whichever that is. So it presses none.
func TestAPlaceIsRuledOnByAButtonAndNotByEnter(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	_, id := l.visit()
	ctx := l.browse(fmt.Sprintf("/lab/sessions/%d", id))
	l.must(chromedp.Do(ctx, chromedp.SendKeys("#reason", "slept\r")))
	l.eventually(ctx, `document.querySelector("#reason").value === "slept"`)
	_, err := chromedp.RunResponse(ctx, chromedp.Click(`button[value="excluded"]`))
	l.must(err)
	l.eventually(ctx, `document.querySelector("#place + p .outcome")?.textContent === "excluded"`)
	x, err := l.store.Session(t.Context(), id)
	l.must(err)
	if r := x.Assignment.Ruling; r.State != study.PlaceExcluded || r.Why != "slept" || r.By != l.ada.ID {
		t.Errorf("on record is %+v", r)
	}
}

func TestAFormThatIsPressedTwiceIsSentOnce(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	ctx := l.browse(studyPath(l.study(studytest.Design(), true)) + "/participants")
	l.act(ctx, `window.sent = 0; document.addEventListener("submit", (event) => { // the last listener of all; it stops the form, so that the page stays
		if (!event.defaultPrevented) window.sent++;
		event.preventDefault();
	})`)
	const press = `document.querySelector("main form button").click();`
	l.act(ctx, press+press+press)
	l.eventually(ctx, "window.sent === 1")
	l.act(ctx, `dispatchEvent(new Event("pageshow"));`+press+press) // as when the person comes back to the page
	l.eventually(ctx, "window.sent === 2")
}
