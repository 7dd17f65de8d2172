package lab_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"vmstudy/internal/webtest"
	"vmstudy/study"
)

func TestAnExperimenterWithdrawsSomebodyAndErases(t *testing.T) {
	l := webtest.NewLab(t)
	st, id := l.Visit()
	trial := tried(l, id)
	l.Must(l.Store.RecordRating(t.Context(), id, trial.ID, study.Rating{Instrument: "tlx", At: l.Now, Answers: []study.Answer{{Item: "effort", Value: "5"}}}))
	people, err := l.Store.Participants(t.Context(), st)
	l.Must(err)
	page := fmt.Sprintf("%s/participants/%d", webtest.StudyPage(st), people[0].ID)
	l.Wants(l.Get(webtest.StudyPage(st)+"/participants"), 200, people[0].Code)
	l.Wants(l.Get(page), 200, "in progress")
	say := func(data, why string) webtest.Answer {
		return l.Post(page+"/withdraw", url.Values{"data": {data}, "why": {why}})
	}
	l.Wants(say("", "by phone"), 422, "Choose whether what they gave is kept or erased.")
	l.Wants(say("keep", strings.Repeat("x", 201)), 422, "Say it in up to 200 characters.")
	l.WantsRedirect(say("keep", "by phone"), page)
	l.Wants(l.Get(page), 200, "Withdrawn by ada on 14 Mar 2026 12:00:00 UTC: “by phone”")
	l.Wants(l.Get(fmt.Sprintf("/lab/sessions/%d", id)), 200, "withdrawn Sequence")
	l.WantsRedirect(say("erase", ""), page)
	a := l.Get(page)
	l.Wants(a, 200, "ada asked on 14 Mar 2026 12:00:00 UTC to erase what they gave.")
	l.Wants(a, 200, "answer 1")
	if _, err := l.Store.Session(t.Context(), id); !errors.Is(err, study.ErrNotFound) {
		t.Errorf("the session is still there: %v", err)
	}
	l.Wants(l.Get(webtest.StudyPage(st)+"/participants"), 200, people[0].Code+" withdrawn")
	l.Wants(l.Get(webtest.StudyPage(l.Study(twoOrders(), true))+fmt.Sprintf("/participants/%d", people[0].ID)), 404, "")
}
