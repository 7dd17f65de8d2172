package lab_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"vmstudy/internal/webtest"
	"vmstudy/study"
)

func TestWhatPeopleGotIsRecordedAndSignedFor(t *testing.T) {
	l := webtest.NewLab(t)
	st, _ := l.Visit()
	people, err := l.Store.Participants(t.Context(), st)
	l.Must(err)
	path, who := webtest.StudyPage(st)+"/compensation", fmt.Sprint(people[0].ID)
	form := func(do, amount string, who ...string) url.Values {
		return url.Values{"do": {do}, "amount": {amount}, "who": who}
	}
	l.Wants(l.Get(path), 200, people[0].Code)
	l.Wants(l.Get(path+"/print"), 200, "Nobody has got anything yet.")
	for name, test := range map[string]struct {
		form url.Values
		says string
	}{
		"no amount":                  {form("give", " ", who), "Say how much they got"},
		"nobody":                     {form("give", "10 EUR"), "Tick whom it is about."},
		"an amount that is too long": {form("give", strings.Repeat("1", 51), who), "Say the amount in one line"},
	} {
		a := l.Post(path, test.form)
		if a.StatusCode != 422 || !strings.Contains(a.Body, test.says) {
			t.Errorf("%s: %d, without %q", name, a.StatusCode, test.says)
		}
	}
	l.WantsRedirect(l.Post(path, form("give", "10 EUR", who)), path)
	l.Wants(l.Get(path), 200, "10 EUR 14 Mar 2026 12:00:00 UTC ada")
	l.Wants(l.Get(path+"/print"), 200, people[0].Code+" 10 EUR")
	l.WantsRedirect(l.Post(path, form("nothing", "", who)), path)
	l.Wants(l.Get(path+"/print"), 200, "Nobody has got anything yet.")
}

func TestNothingIsRecordedOfWhatSomebodyGotAfterAnErasure(t *testing.T) {
	l := webtest.NewLab(t)
	st, _ := l.Visit()
	people, err := l.Store.Participants(t.Context(), st)
	l.Must(err)
	path := webtest.StudyPage(st) + "/compensation"
	l.Must(l.Store.Withdraw(t.Context(), people[0].ID, study.Withdrawal{Erase: true, At: l.Now}))
	_, err = l.Store.Erase(t.Context(), people[0].ID, l.Now)
	l.Must(err)
	a := l.Get(path)
	l.Wants(a, 200, people[0].Code+" erased")
	if closed := webtest.All(a.Page, "input", "disabled"); len(closed) != 1 || webtest.Attr(closed[0], "value") != fmt.Sprint(people[0].ID) {
		t.Errorf("%d boxes cannot be ticked, want that of %s", len(closed), people[0].Code)
	}
	form := url.Values{"do": {"give"}, "amount": {"10 EUR"}, "who": {fmt.Sprint(people[1].ID), fmt.Sprint(people[0].ID)}} // of a page that was open all the time
	l.Wants(l.Post(path, form), 422, people[0].Code+" asked to have erased what they gave")
	got, err := l.Store.Compensations(t.Context(), st)
	l.Must(err)
	if len(got) > 0 {
		t.Errorf("on record: %v", got)
	}
}
