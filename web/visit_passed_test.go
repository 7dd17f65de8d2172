package web

import (
	"context"
	"fmt"
	"net/url"
	"testing"

	"vmstudy/study"
	"vmstudy/studytest"
)

const late = "What you have just sent was not stored"

// Two tabs of one visit show the same form. The second one to be sent is not stored, and the
// participant is told.
func TestALateAnswerIsSaidSoAndShown(t *testing.T) {
	for name, tt := range map[string]struct {
		instrument, item, first, second string
		shows                           string
	}{
		"words":       {"remarks", "remarks", "It was slow.", "It was slow at first,\r\nand then fine.", "It was slow at first, and then fine."},
		"a point":     {"satisfaction", "satisfaction", "1", "2", "2"},
		"a mark":      {"tlx", "effort", "0", "25", "mark 6 of 21"},
		"left empty":  {"remarks", "remarks", "", "It was slow.", "It was slow."},
		"emptied":     {"remarks", "remarks", "It was slow.", "", ""},
		"pressed two": {"remarks", "remarks", "It was\r\nslow.", "It was\r\nslow. ", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p, a := asked(t, tt.instrument)
			one, two := p.fill(a.page), p.fill(p.get(p.visit()).page)
			one.fields.Set(tt.item, tt.first)
			two.fields.Set(tt.item, tt.second)
			p.wantsRedirect(p.submit(one), p.visit())
			before := p.ratings()
			got := p.submit(two)
			if tt.shows == "" { // everything is on record already
				p.wantsRedirect(got, p.visit())
			} else {
				p.wants(got, 409, late)
				p.wants(got, 409, tt.shows)
				if to := attr(p.one(got.page, "a", "class=button"), "href"); to != p.visit() {
					t.Errorf("the way on leads to %q, want %q", to, p.visit())
				}
			}
			if after := p.ratings(); after != before {
				t.Errorf("on record was %s, and is now %s", before, after)
			}
		})
	}
}

// ratings returns all answers of p, in a form that can be compared.
func (p *person) ratings() string {
	p.t.Helper()
	all, err := p.store.Ratings(p.t.Context(), p.session().ID)
	p.must(err)
	return fmt.Sprint(all)
}

func TestALateConsentToBeRecordedIsSaidSo(t *testing.T) {
	for name, tt := range map[string]struct {
		first, second url.Values
		lost          bool
	}{
		"a yes after a no":  {nil, url.Values{"record": {"yes"}}, true},
		"a no after a yes":  {url.Values{"record": {"yes"}}, nil, true},
		"a yes after a yes": {url.Values{"record": {"yes"}}, url.Values{"record": {"yes"}}, false},
		"a no after a no":   {nil, nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPerson(t, recordedDesign(study.RecordAsk, false))
			p.begin()
			p.wantsRedirect(p.post(p.visit()+"/consent", tt.first), p.visit())
			got := p.post(p.visit()+"/consent", tt.second)
			if !tt.lost {
				p.wantsRedirect(got, p.visit())
				return
			}
			p.wants(got, 409, late)
			p.wants(got, 409, "may be recorded")
			if v := p.session(); v.Recorded != (tt.first != nil) {
				t.Errorf("recorded: %t, want what was chosen first", v.Recorded)
			}
		})
	}
}

// overtaken is a store in which another tab's form is always stored just before this one.
type overtaken struct {
	Store
	by func(study.SessionID, study.TrialID)
}

func (s *overtaken) RecordRating(ctx context.Context, id study.SessionID, trial study.TrialID, r study.Rating) error {
	s.by(id, trial)
	return s.Store.RecordRating(ctx, id, trial, r)
}

func TestAnAnswerThatIsOvertakenIsSaidSo(t *testing.T) {
	p, a := asked(t, "remarks")
	p.server.store = &overtaken{p.server.store, func(id study.SessionID, trial study.TrialID) {
		p.must(p.store.RecordRating(t.Context(), id, trial, study.Rating{
			Instrument: "remarks", At: p.now, Answers: []study.Answer{{Item: "remarks", Value: "From the other tab."}},
		}))
	}}
	f := p.fill(a.page)
	f.fields.Set("remarks", "From this one.")
	got := p.submit(f)
	p.wants(got, 409, late)
	p.wants(got, 409, "From this one.")
}

// A page of an attempt that failed must not end the attempt that runs now.
func TestAPageOfAnEarlierAttemptEndsNothing(t *testing.T) {
	p := newPerson(t, studytest.Design())
	p.begin()
	old := p.fill(p.walk(study.StepDesktop, nil).page)
	brief := p.session()
	p.must(p.conduct.end(t.Context(), brief.ID, study.Failed, ""))
	again := p.fill(p.get(p.visit()).page)
	p.wantsRedirect(p.submit(again), p.visit())
	p.wantsRedirect(p.submit(old), p.visit())
	if len(p.conduct.said) > 0 {
		t.Errorf("the second attempt was ended with %v by the page of the first", p.conduct.said)
	}
	p.must(p.conduct.end(t.Context(), brief.ID, study.Failed, ""))
	p.wantsRedirect(p.submit(again), p.visit()) // from the page of the first attempt
	if n := len(p.session().Trials[0].Attempts); n != 2 {
		t.Errorf("%d attempts, want 2: a page from before the second began a third", n)
	}
}

func TestEveryStepOfEveryVisitHasANameOfItsOwn(t *testing.T) {
	a := newPerson(t, studytest.Design())
	b := a.beside()
	seen := map[string]bool{}
	for _, p := range []*person{a, b} {
		p.begin()
		for p.session().Step().Kind != study.StepEnd {
			page := p.get(p.visit()).page
			if p.session().Step().Kind != study.StepDesktop {
				name := attr(p.one(page, "main", "data-step"), "data-step")
				if seen[name] {
					t.Errorf("two steps are named %q", name)
				}
				seen[name] = true
			}
			p.submit(p.fill(page))
		}
	}
	if len(seen) < 30 {
		t.Errorf("%d steps have a name: %v", len(seen), seen)
	}
}

func TestAFormThatIsRefusedForItsCookieSaysThatItIsKept(t *testing.T) {
	p, a := asked(t, "remarks")
	p.browser = newBrowser()
	p.wants(p.submit(p.fill(a.page)), 403, "it is not lost: open your link in this tab")
}
