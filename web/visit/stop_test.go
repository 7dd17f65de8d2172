package visit_test

import (
	"errors"
	"net/url"
	"testing"

	"vmstudy/internal/webtest"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web/page"
)

// stopLink returns where the way out of a page leads; empty if there is none.
func stopLink(a webtest.Answer) string {
	for _, e := range webtest.All(a.Page, "", "class=stop") {
		for _, link := range webtest.All(e, "a", "") {
			return webtest.Attr(link, "href")
		}
	}
	return ""
}

func TestEveryPageOfAVisitHasTheWayOut(t *testing.T) {
	d := studytest.Design()
	p := webtest.NewPerson(t, d)
	link := page.LinkPath(p.Who.Link)
	if got := stopLink(p.Get(link)); got != link+"/stop" {
		t.Errorf("the personal link has the way out %q", got)
	}
	p.Begin()
	seen := map[study.StepKind]bool{}
	for range 200 {
		step := p.Session().Step().Kind
		a := p.Get(p.Visit())
		if got := stopLink(a); got != p.Visit()+"/stop" {
			t.Fatalf("the page %s has the way out %q", step, got)
		}
		seen[step] = true
		if step == study.StepEnd {
			break
		}
		p.Submit(p.Fill(a.Page))
	}
	for _, step := range []study.StepKind{study.StepConsent, study.StepAbout, study.StepBrief, study.StepDesktop, study.StepRate, study.StepEnd} {
		if !seen[step] {
			t.Errorf("the visit did not come to %s", step)
		}
	}
	l := webtest.NewPerson(t, d) // whose study nobody has published has nothing to leave
	id, err := l.Store.CreateStudy(t.Context(), 0, d, l.Now)
	l.Must(err)
	people, err := l.Store.AddParticipants(t.Context(), id, false, []string{"early"}, l.Now)
	l.Must(err)
	if got := stopLink(l.Get(page.LinkPath(people[0].Link))); got != "" {
		t.Errorf("the link to a draft has the way out %q", got)
	}
}

func TestSomebodyStopsAndLaterHasEverythingErased(t *testing.T) {
	p := webtest.NewPerson(t, studytest.OneTrial())
	link := page.LinkPath(p.Who.Link)
	p.Begin()
	p.Submit(p.Fill(p.Get(p.Visit()).Page))
	start := p.Fill(p.Get(p.Visit()).Page)
	p.Submit(start)
	stop := p.Visit() + "/stop"
	p.Wants(p.Get(stop), 200, "Stop taking part?")
	p.Wants(p.Post(stop, url.Values{"data": {"sell"}}), 422, "Please choose whether what you gave is kept or erased.")
	visit := p.Visit()
	p.WantsRedirect(p.Post(stop, url.Values{"data": {"keep"}}), link)
	x := p.Session()
	if a := x.Trials[0].Last(); x.Assignment.Ruling.State != study.PlaceWithdrawn || a.State != study.Interrupted {
		t.Errorf("after stopping the person is %q and the attempt %s", x.Assignment.Ruling.State, a.State)
	}
	for _, path := range []string{link, visit} {
		p.Wants(p.Get(path), 200, "You have stopped taking part Thank you for your time. What you gave until then is kept.")
	}
	p.Wants(p.Submit(start), 409, "You have stopped taking part")
	p.Wants(p.Post(link+"/begin", nil), 409, "You have stopped taking part")

	p.Must(p.Store.Withdraw(t.Context(), p.Who.ID, study.Withdrawal{Erase: true, At: p.Now})) // and the server stops before it is done
	p.Wants(p.Get(link), 200, "Not all of it is gone yet. Please ask once more")
	p.WantsRedirect(p.Post(link+"/stop", url.Values{"data": {"erase"}}), link)
	a := p.Get(link)
	p.Wants(a, 200, "What you gave was erased on")
	p.Wants(a, 200, "somebody with the code "+p.Who.Code)
	if buttons := webtest.All(a.Page, "button", ""); len(buttons) != 0 {
		t.Errorf("there is still something to press: %s", webtest.Text(buttons[0]))
	}
	if _, err := p.Store.Session(t.Context(), x.ID); !errors.Is(err, study.ErrNotFound) {
		t.Errorf("the session is still there: %v", err)
	}
	p.Wants(p.Get(visit), 403, "Please use your personal link")
}

func TestSomebodyWhoNeverBeganDeclines(t *testing.T) {
	p := webtest.NewPerson(t, studytest.OneTrial())
	link := page.LinkPath(p.Who.Link)
	p.Wants(p.Get(link+"/stop"), 200, "Go on with the study")
	p.WantsRedirect(p.Post(link+"/stop", url.Values{"data": {"erase"}}), link)
	p.Wants(p.Get(link), 200, "You have stopped taking part")
	p.Wants(p.Post(link+"/begin", nil), 409, "You have stopped taking part")
	if who, err := p.Store.ParticipantByLink(t.Context(), p.Who.Link); err != nil || who.Session != 0 {
		t.Errorf("a session began: %+v, %v", who, err)
	}
}

func TestWhoIsExcludedOrHasFinishedMayTakeBackWhatTheyGave(t *testing.T) {
	for name, end := range map[string]func(*webtest.Person){
		"excluded": func(p *webtest.Person) {
			p.Must(p.Store.Rule(t.Context(), p.Session().ID, study.Ruling{State: study.PlaceExcluded, Ground: study.GroundAbsent, At: p.Now}))
		},
		"finished": func(p *webtest.Person) {
			p.Must(p.Store.RecordVisit(t.Context(), p.Session().ID, study.Step{Kind: study.StepEnd}, p.Now))
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := webtest.NewPerson(t, studytest.OneTrial())
			p.Begin()
			p.Submit(p.Fill(p.Get(p.Visit()).Page))
			end(p)
			to := stopLink(p.Get(p.Visit()))
			p.Wants(p.Get(to), 200, "Take back what you gave?")
			p.WantsRedirect(p.Post(to, url.Values{"data": {"erase"}}), page.LinkPath(p.Who.Link))
			p.Wants(p.Get(page.LinkPath(p.Who.Link)), 200, "What you gave was erased on")
		})
	}
}
