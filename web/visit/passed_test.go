package visit_test

import (
	"context"
	"fmt"
	"net/url"
	"testing"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web"
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
			one, two := p.Fill(a.Page), p.Fill(p.Get(p.Visit()).Page)
			one.Fields.Set(tt.item, tt.first)
			two.Fields.Set(tt.item, tt.second)
			p.WantsRedirect(p.Submit(one), p.Visit())
			before := ratings(p)
			got := p.Submit(two)
			if tt.shows == "" { // everything is on record already
				p.WantsRedirect(got, p.Visit())
			} else {
				p.Wants(got, 409, late)
				p.Wants(got, 409, tt.shows)
				if to := webtest.Attr(p.One(got.Page, "a", "class=button"), "href"); to != p.Visit() {
					t.Errorf("the way on leads to %q, want %q", to, p.Visit())
				}
			}
			if after := ratings(p); after != before {
				t.Errorf("on record was %s, and is now %s", before, after)
			}
		})
	}
}

// ratings returns all answers of p, in a form that can be compared.
func ratings(p *webtest.Person) string {
	p.T.Helper()
	all, err := p.Store.Ratings(p.T.Context(), p.Session().ID)
	p.Must(err)
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
			p := webtest.NewPerson(t, webtest.RecordedDesign(study.RecordAsk, false))
			p.Begin()
			p.WantsRedirect(p.Post(p.Visit()+"/consent", tt.first), p.Visit())
			got := p.Post(p.Visit()+"/consent", tt.second)
			if !tt.lost {
				p.WantsRedirect(got, p.Visit())
				return
			}
			p.Wants(got, 409, late)
			p.Wants(got, 409, "may be recorded")
			if v := p.Session(); v.Recorded != (tt.first != nil) {
				t.Errorf("recorded: %t, want what was chosen first", v.Recorded)
			}
		})
	}
}

// overtaken is a store in which another tab's form is always stored just before this one.
type overtaken struct {
	web.Store
	by func(study.SessionID, study.TrialID)
}

func (s *overtaken) RecordRating(ctx context.Context, id study.SessionID, trial study.TrialID, r study.Rating) error {
	s.by(id, trial)
	return s.Store.RecordRating(ctx, id, trial, r)
}

func TestAnAnswerThatIsOvertakenIsSaidSo(t *testing.T) {
	p, a := asked(t, "remarks")
	faster := &overtaken{p.Lab.Store, func(id study.SessionID, trial study.TrialID) {
		p.Must(p.Store.RecordRating(t.Context(), id, trial, study.Rating{
			Instrument: "remarks", At: p.Now, Answers: []study.Answer{{Item: "remarks", Value: "From the other tab."}},
		}))
	}}
	p.Serve(func(c *web.Config) { c.Store = faster })
	f := p.Fill(a.Page)
	f.Fields.Set("remarks", "From this one.")
	got := p.Submit(f)
	p.Wants(got, 409, late)
	p.Wants(got, 409, "From this one.")
}

// A page of an attempt that failed must not end the attempt that runs now.
func TestAPageOfAnEarlierAttemptEndsNothing(t *testing.T) {
	p := webtest.NewPerson(t, studytest.Design())
	p.Begin()
	old := p.Fill(p.Walk(study.StepDesktop, nil).Page)
	brief := p.Session()
	p.Must(p.Conduct.Break(t.Context(), brief.ID, study.Failed, ""))
	again := p.Fill(p.Get(p.Visit()).Page)
	p.WantsRedirect(p.Submit(again), p.Visit())
	p.WantsRedirect(p.Submit(old), p.Visit())
	if len(p.Conduct.Said) > 0 {
		t.Errorf("the second attempt was ended with %v by the page of the first", p.Conduct.Said)
	}
	p.Must(p.Conduct.Break(t.Context(), brief.ID, study.Failed, ""))
	p.WantsRedirect(p.Submit(again), p.Visit()) // from the page of the first attempt
	if n := len(p.Session().Trials[0].Attempts); n != 2 {
		t.Errorf("%d attempts, want 2: a page from before the second began a third", n)
	}
}

func TestEveryStepOfEveryVisitHasANameOfItsOwn(t *testing.T) {
	a := webtest.NewPerson(t, studytest.Design())
	b := a.Beside()
	seen := map[string]bool{}
	for _, p := range []*webtest.Person{a, b} {
		p.Begin()
		for p.Session().Step().Kind != study.StepEnd {
			page := p.Get(p.Visit()).Page
			if p.Session().Step().Kind != study.StepDesktop {
				name := webtest.Attr(p.One(page, "main", "data-step"), "data-step")
				if seen[name] {
					t.Errorf("two steps are named %q", name)
				}
				seen[name] = true
			}
			p.Submit(p.Fill(page))
		}
	}
	if len(seen) < 30 {
		t.Errorf("%d steps have a name: %v", len(seen), seen)
	}
}

func TestAFormThatIsRefusedForItsCookieSaysThatItIsKept(t *testing.T) {
	p, a := asked(t, "remarks")
	p.Browser = webtest.NewBrowser()
	p.Wants(p.Submit(p.Fill(a.Page)), 403, "it is not lost: open your link in this tab")
}
