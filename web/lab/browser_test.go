package lab_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web/lab"
)

func TestTheBrowserWorksOutADesignWhileItIsTyped(t *testing.T) {
	t.Parallel()
	l := webtest.NewLab(t)
	d := studytest.Design()
	d.Methods = study.UsualLevels(study.AccessMethods()...)
	id := l.Study(d, false)
	ctx := l.Browse(webtest.DesignPage(id))
	const trials = `document.querySelector("#preview .figures dd").textContent.trim().startsWith("%d ")`
	l.Eventually(ctx, fmt.Sprintf(trials, 5))
	const leaving = `window.dispatchEvent(new Event("beforeunload", {cancelable: true})) === %t`
	l.Eventually(ctx, fmt.Sprintf(leaving, true))

	l.Act(ctx, `document.querySelector("[value=vnc]").click()`)
	l.Eventually(ctx, fmt.Sprintf(trials, 3))

	l.Act(ctx, `document.querySelector("[name=profile]").value = "lte"`)
	l.Act(ctx, `document.querySelector("[value='add networks']").click()`)
	l.Eventually(ctx, `document.querySelector("[name='networks[2].name']").value === "lte" && document.querySelector("[name='networks[2].rtt_ms']").value === "70"`)
	l.Act(ctx, `document.querySelector("[value='drop networks[2]']").click()`)
	l.Act(ctx, `document.querySelector("[value='add networks']").click()`)
	l.Eventually(ctx, `document.activeElement.name === "networks[2].name" && document.activeElement.value === ""`)
	l.Must(chromedp.Do(ctx, chromedp.KeyEvent("5G")))
	l.Eventually(ctx, fmt.Sprintf(trials, 4))

	l.Act(ctx, `document.querySelector("[value='add networks[0].phases']").closest("details").open = true`) // elements in closed details cannot have the focus
	l.Act(ctx, `document.querySelector("[value='add networks[0].phases']").click()`)
	l.Eventually(ctx, `document.activeElement.name === "networks[0].phases[1].from_s" && document.activeElement.value === ""`)
	l.Must(chromedp.Do(ctx, chromedp.KeyEvent("5")))
	l.Act(ctx, `document.activeElement.closest("tr").querySelector("[name$=for_s]").value = "10"`)
	l.Act(ctx, `document.activeElement.closest("tr").querySelector("[name$=outage]").value = "true"`)
	l.Act(ctx, `document.activeElement.dispatchEvent(new Event("input", {bubbles: true}))`) // as typing does
	l.Eventually(ctx, `document.querySelector("#preview").textContent.includes("from 5 s")`)

	l.Eventually(ctx, fmt.Sprintf(leaving, false)) // it is prevented: something is not saved
	for range 2 {
		l.Act(ctx, `document.querySelector("[value='drop networks[1]']").click()`)
		l.Eventually(ctx, fmt.Sprintf(trials, 3))
		l.Act(ctx, `document.querySelector("#undo button").click()`)
		l.Eventually(ctx, fmt.Sprintf(trials, 4))
	}
	l.Act(ctx, `document.querySelector("[value='drop networks[1]']").click()`)
	l.Eventually(ctx, fmt.Sprintf(trials, 3))

	l.Eventually(ctx, `getComputedStyle(document.querySelector("[data-appliance=paint]")).display === "none"`)
	_, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(`[value=save]:not(.unseen)`)))
	l.Must(err)
	var names []string
	for _, n := range onlyStudy(l).Draft.Networks {
		names = append(names, n.Name)
	}
	if got := strings.Join(names, " "); got != "LAN 5G" {
		t.Errorf("the networks stored are %q, want LAN and 5G", got)
	}
	if got := onlyStudy(l).Draft.Networks[0].Network.String(); !strings.Contains(got, "from 5 s for 10 s: outage") {
		t.Errorf("the network that got a phase is stored as %q", got)
	}
}

func TestNoPageOfTheLabIsWiderThanAPhone(t *testing.T) {
	t.Parallel()
	l := webtest.NewLab(t)
	d := studytest.Design()
	d.Title = study.Plain("A study of which the title is a long one, as those of studies are")
	id := l.Study(d, true)
	people, err := l.Store.AddParticipants(t.Context(), id, false, lab.NewLinks(2), l.Now)
	l.Must(err)
	visit, err := l.Store.StartSession(t.Context(), people[0].ID, l.Now)
	l.Must(err)
	l.Post(webtest.StudyPage(id)+"/appointments", webtest.Offer("2026-03-20", "09:00", "13:00", "The small room on the second floor"))
	ctx := l.Browse("/lab")
	l.Must(chromedp.Do(ctx, chromedp.EmulateViewport(390, 844)))
	site, err := chromedp.Run(ctx, chromedp.Evaluate[string]("location.origin"))
	l.Must(err)
	for _, path := range []string{
		"/lab", "/lab/live", "/lab/day?date=2026-03-20", "/lab/studies/new", webtest.StudyPage(id), webtest.DesignPage(id), webtest.StudyPage(id) + "/publish",
		webtest.StudyPage(id) + "/participants", webtest.StudyPage(id) + "/appointments", webtest.StudyPage(id) + "/results",
		fmt.Sprintf("/lab/sessions/%d", visit), fmt.Sprintf("/lab/sessions/%d/watch", visit), "/lab/nowhere",
	} {
		l.Must(chromedp.Do(ctx, chromedp.Navigate(site+path)))
		l.Eventually(ctx, webtest.NoWider)
	}
}

func TestTheBrowserFollowsASession(t *testing.T) {
	t.Parallel()
	l := webtest.NewLab(t)
	_, id := l.Reader()
	path := fmt.Sprintf("/lab/sessions/%d", id)
	ctx := l.Browse(path)
	l.Eventually(ctx, `document.querySelector(".standing strong").textContent === "reads the consent"`)
	l.Act(ctx, `document.querySelector("h1").dataset.same = "yes"; document.querySelector("main").style.minHeight = "5000px"; scrollTo(0, 700)`)

	l.Must(l.Store.RecordVisit(t.Context(), id, study.Step{Kind: study.StepConsent}, l.Now))
	l.Eventually(ctx, `document.querySelector(".standing strong").textContent === "answers questions about themselves"`)
	l.Eventually(ctx, `document.querySelector("h1").dataset.same === "yes" && scrollY === 700`)
}

// Enter in the field of the reason would press the first of several buttons, whichever that is. So it presses none.
func TestAPlaceIsRuledOnByAButtonAndNotByEnter(t *testing.T) {
	t.Parallel()
	l := webtest.NewLab(t)
	_, id := l.Visit()
	ctx := l.Browse(fmt.Sprintf("/lab/sessions/%d", id))
	l.Must(chromedp.Do(ctx, chromedp.SendKeys("#reason", "slept\r")))
	l.Eventually(ctx, `document.querySelector("#reason").value === "slept"`)
	_, err := chromedp.RunResponse(ctx, chromedp.Click(`button[value="excluded"]`))
	l.Must(err)
	l.Eventually(ctx, `document.querySelector("#place + p .outcome")?.textContent === "excluded"`)
	x, err := l.Store.Session(t.Context(), id)
	l.Must(err)
	if r := x.Assignment.Ruling; r.State != study.PlaceExcluded || r.Why != "slept" || r.By != l.Ada.ID {
		t.Errorf("on record is %+v", r)
	}
}

func TestAFormThatIsPressedTwiceIsSentOnce(t *testing.T) {
	t.Parallel()
	l := webtest.NewLab(t)
	ctx := l.Browse(webtest.StudyPage(l.Study(studytest.Design(), true)) + "/participants")
	l.Act(ctx, `window.sent = 0; document.addEventListener("submit", (event) => { // the last listener of all; it stops the form, so that the page stays
		if (!event.defaultPrevented) window.sent++;
		event.preventDefault();
	})`)
	const press = `document.querySelector("main form button").click();`
	l.Act(ctx, press+press+press)
	l.Eventually(ctx, "window.sent === 1")
	l.Act(ctx, `dispatchEvent(new Event("pageshow"));`+press+press) // as when the person comes back to the page
	l.Eventually(ctx, "window.sent === 2")
}
