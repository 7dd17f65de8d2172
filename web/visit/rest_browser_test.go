package visit_test

import (
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web/page"
)

// The button of a rest waits until the rest is over, and then leads on without a new page.
func TestTheButtonOfARestWaits(t *testing.T) {
	t.Parallel()
	d := studytest.Design()
	d.Practice, d.About, d.Instruments = nil, "", nil
	d.PauseEvery, d.PauseLeast = 1, 3*time.Second
	st := webtest.NewStation(t, d)
	p := st.Sits()
	id := p.Now().ID
	st.Must(st.Store.RecordVisit(t.Context(), id, study.Step{Kind: study.StepConsent}, time.Now()))
	a, err := st.Store.OpenAttempt(t.Context(), study.Attempt{Trial: p.Now().Trials[0].ID, AskedAt: time.Now()})
	st.Must(err)
	a.State, a.StartedAt = study.Running, time.Now()
	st.Must(st.Store.RecordAttempt(t.Context(), a, time.Now(), 0))
	a.State, a.Outcome, a.EndedAt = study.Finished, study.Completed, time.Now()
	st.Must(st.Store.RecordAttempt(t.Context(), a, time.Now(), 0))
	st.Do(p.Tab, chromedp.Navigate(st.Web.URL+page.VisitPath(id)))
	p.Await(p.Tab, `document.querySelector("button.main").disabled && /^You can go on in [123] seconds?$/.test(document.querySelector("[data-rest]").textContent)`)
	p.Await(p.Tab, `!document.querySelector("button.main").disabled && document.querySelector("[data-rest]").textContent === ""`)
	p.Press("/continue")
	p.Shows(`form[action$="/start"]`)
}
