package visit_test

import (
	"testing"
	"time"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
)

// A pause with a least length lets nobody go on before, whatever their browser does, and says for how long it goes on.
func TestAPauseLetsNobodyGoOnTooEarly(t *testing.T) {
	d := studytest.Design()
	d.PauseLeast = time.Minute
	p := webtest.NewPerson(t, d)
	p.Begin()
	a := p.Walk(study.StepPause, nil)
	p.Wants(a, 200, "This rest takes at least 1 minute.")
	if left := webtest.Attr(p.One(a.Page, "p", "role=timer"), "data-rest"); left != "60000" {
		t.Errorf("the rest goes on for %s ms, want a minute", left)
	}
	f := p.Fill(a.Page)
	p.Wants(p.Submit(f), 409, "Please rest a little longer: the pause is not over yet.")
	if p.Session().Step().Kind != study.StepPause {
		t.Error("somebody went on too early")
	}
	p.Now = p.Now.Add(time.Minute)
	if timers := webtest.All(p.Get(p.Visit()).Page, "p", "role=timer"); len(timers) > 0 {
		t.Error("a pause that is over goes on")
	}
	p.WantsRedirect(p.Submit(f), p.Visit())
	if got := p.Session().Step().Kind; got != study.StepBrief {
		t.Errorf("after the pause comes %s", got)
	}
}
