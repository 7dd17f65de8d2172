package visit_test

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vmstudy/internal/webtest"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web/page"
)

func trialField(id study.TrialID) string { return fmt.Sprint(int64(id)) }

// revealing matches words that would reveal a condition of studytest.Design.
var revealing = regexp.MustCompile(`(?i)\b(vnc|stream\w*|local|lan|3g|thin|thick|network)\b`)

func TestAVisitLeadsFromConsentToThanks(t *testing.T) {
	p := webtest.NewPerson(t, studytest.Design())
	p.Begin()
	var went []string
	p.Walk(study.StepEnd, func(a webtest.Answer, f webtest.Filled) {
		went = append(went, strings.TrimPrefix(f.Path, p.Visit()))
		if word := revealing.FindString(a.Body); word != "" && f.Fields.Has("trial") {
			t.Errorf("%s gives the condition away: %q in %s", f.Path, word, a.Body)
		}
	})

	want := []string{"/consent", "/answers", "/start", "/done"} // with practice
	for trial := 1; trial <= 5; trial++ {
		if trial == 3 || trial == 5 {
			want = append(want, "/continue")
		}
		want = append(want, "/start", "/done", "/answers", "/answers")
	}
	if diff := cmp.Diff(want, went); diff != "" {
		t.Errorf("the way through the visit (-want +got):\n%s", diff)
	}
	p.Wants(p.Get(p.Visit()), 200, studytest.Design().Thanks.String())
	v := p.Session()
	if v.EndedAt.IsZero() || !v.Participant.Finished {
		t.Errorf("ended at %v, finished %v", v.EndedAt, v.Participant.Finished)
	}
	p.Wants(p.Get(page.LinkPath(p.Who.Link)), 200, "Everything is saved")
	ratings, err := p.Store.Ratings(t.Context(), v.ID)
	p.Must(err)
	if len(ratings) != 6 || len(ratings[v.Trials[1].ID]) != 2 || len(ratings[0]) != 1 {
		t.Errorf("ratings of %d trials, %v", len(ratings), ratings)
	}
}

func TestNothingHappensTwice(t *testing.T) {
	p := webtest.NewPerson(t, studytest.Design())
	p.Begin()
	var sent []webtest.Filled
	again := func() {
		before := p.Session()
		for _, f := range sent {
			other := webtest.Filled{Path: f.Path, Fields: maps.Clone(f.Fields)}
			for name := range other.Fields {
				if name != "trial" && name != "attempt" && name != "instrument" {
					other.Fields.Set(name, "something else")
				}
			}
			p.WantsRedirect(p.Submit(f), p.Visit())
			if late := p.Submit(other); strings.HasSuffix(f.Path, "/answers") {
				p.Wants(late, 409, "What you have just sent was not stored")
			} else {
				p.WantsRedirect(late, p.Visit())
			}
		}
		if diff := cmp.Diff(before, p.Session()); diff != "" {
			t.Fatalf("forms of earlier steps changed the session (-before +after):\n%s", diff)
		}
	}
	p.Walk(study.StepEnd, func(_ webtest.Answer, f webtest.Filled) {
		again()
		sent = append(sent, f)
	})
	again()
	if want := slices.Repeat([]study.Outcome{study.SaidDone}, 6); !slices.Equal(p.Conduct.Said, want) {
		t.Errorf("attempts ended with %v, want %v", p.Conduct.Said, want)
	}
}

func TestAPersonalLinkUsesNothingUp(t *testing.T) {
	p := webtest.NewPerson(t, studytest.Design())
	for range 3 {
		a := p.Get(page.LinkPath(p.Who.Link))
		p.Wants(a, 200, "Taking part takes about 20 minutes")
		if len(a.Cookies()) > 0 {
			t.Errorf("opening the link set cookies %v", a.Cookies())
		}
	}
	if who, err := p.Store.ParticipantByLink(t.Context(), p.Who.Link); err != nil || who.Session != 0 {
		t.Errorf("opening the link started session %d, %v", who.Session, err)
	}
	p.Begin()
	p.Begin() // as from another browser
	p.Wants(p.Get(page.LinkPath(p.Who.Link)), 200, "You have begun already")
	all, err := p.Store.Sessions(t.Context(), p.Study)
	p.Must(err)
	if len(all) != 1 {
		t.Errorf("%d sessions, want 1", len(all))
	}
}

func TestATrialOfAnotherVisitIsNotFound(t *testing.T) {
	p, other := webtest.NewPerson(t, studytest.Design()), study.SessionID(0)
	p.Begin()
	var err error
	other, err = p.Store.StartSession(t.Context(), p.Another(false).ID, p.Now)
	p.Must(err)
	p.Must(p.Store.RecordConsent(t.Context(), other, false, p.Now))
	v, err := p.Store.Session(t.Context(), other)
	p.Must(err)
	p.Walk(study.StepBrief, nil)
	for _, trial := range []string{trialField(v.Trials[0].ID), "0", "-1", "x", "1e3", "99999999999999999999"} {
		p.Wants(p.Post(p.Visit()+"/start", url.Values{"trial": {trial}}), 404, "There is nothing at this address")
	}
	if step := p.Session().Step(); step.Kind != study.StepBrief {
		t.Errorf("the participant stands at %s, want still at %s", step.Kind, study.StepBrief)
	}
}

func TestEachPageTakesASeat(t *testing.T) {
	p := webtest.NewPerson(t, studytest.Design())
	p.Begin()
	a := p.Walk(study.StepDesktop, nil)
	v, err := p.Store.Session(t.Context(), p.Session().ID)
	p.Must(err)
	if got := webtest.Attr(p.One(a.Page, "", "data-seat"), "data-seat"); v.Seat != 4 || got != "4" {
		t.Errorf("the desktop's page has seat %s of %d, want 4 of 4: consent, about, brief, desktop", got, v.Seat)
	}
}

func TestAStartThatIsRefusedSaysWhy(t *testing.T) {
	p := webtest.NewPerson(t, studytest.Design())
	p.Begin()
	a := p.Walk(study.StepBrief, nil)
	p.Conduct.Refuse = study.Refuse(study.ErrConflict, "all machines are in use")
	refused := p.Submit(p.Fill(a.Page))
	p.Wants(refused, 409, "All machines are in use.")
	p.Wants(refused, 409, "Move a window.") // still the page of this task
	p.Conduct.Refuse = nil
	p.WantsRedirect(p.Submit(p.Fill(refused.Page)), p.Visit())
}

func TestATaskIsOfferedAgainAfterAFailure(t *testing.T) {
	for name, state := range map[string]study.AttemptState{
		"the machine failed": study.Failed, "the server stopped": study.Interrupted,
	} {
		t.Run(name, func(t *testing.T) {
			p := webtest.NewPerson(t, studytest.Design())
			p.Begin()
			p.Walk(study.StepDesktop, nil)
			p.Must(p.Conduct.Break(t.Context(), p.Session().ID, state, ""))
			a := p.Get(p.Visit())
			p.Wants(a, 200, "nothing that you have done is lost")
			p.WantsRedirect(p.Submit(p.Fill(a.Page)), p.Visit())
			if n := len(p.Session().Trials[0].Attempts); n != 2 {
				t.Errorf("%d attempts, want 2", n)
			}
		})
	}
}

func TestAnAttemptEndsAsTheParticipantSays(t *testing.T) {
	tests := map[string]struct {
		path      string
		preparing bool
		want      []study.Outcome
	}{
		"done":                            {"/done", false, []study.Outcome{study.SaidDone}},
		"given up":                        {"/give-up", false, []study.Outcome{study.GaveUp}},
		"done before there was a desktop": {"/done", true, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			p := webtest.NewPerson(t, studytest.Design())
			p.Conduct.Opens = tt.preparing
			p.Begin()
			p.Walk(study.StepDesktop, nil)
			at := p.Session().Trials[0]
			trial := url.Values{"trial": {trialField(at.ID)}, "attempt": {fmt.Sprint(int64(at.Last().ID))}}
			p.WantsRedirect(p.Post(p.Visit()+tt.path, trial), p.Visit())
			if !slices.Equal(p.Conduct.Said, tt.want) {
				t.Errorf("the attempt ended with %v, want %v", p.Conduct.Said, tt.want)
			}
		})
	}
}

func TestTheEndOfATaskIsExplained(t *testing.T) {
	for outcome, say := range map[study.Outcome]string{
		study.TimeUp: "the time for this task was up", study.Completed: "the task is complete", study.SaidDone: "",
		study.EndedByExperimenter: "the experimenter ended this task",
	} {
		p := webtest.NewPerson(t, studytest.OneTrial())
		d := studytest.OneTrial()
		d.Instruments = []string{"satisfaction", "annoyance"}
		p.Must(studytest.Redraft(t.Context(), p.Store, p.Study, d))
		_, err := p.Store.Publish(t.Context(), p.Study, p.Ada.ID, p.Now)
		p.Must(err)
		p.Begin()
		p.Walk(study.StepDesktop, nil)
		p.Must(p.Conduct.Break(t.Context(), p.Session().ID, study.Finished, outcome))
		a := p.Get(p.Visit())
		p.Wants(a, 200, say)
		if outcome == study.EndedByExperimenter { // then the trial is not rated
			p.Wants(a, 200, "There is nothing to rate.")
			if kind := p.Session().Step().Kind; kind == study.StepRate {
				t.Errorf("a task that the experimenter ended is rated")
			}
			continue
		}
		if say != "" {
			p.Submit(p.Fill(a.Page))
			if second := webtest.Text(p.Get(p.Visit()).Page); strings.Contains(second, say) {
				t.Errorf("%s: the second instrument says it again: %s", outcome, second)
			}
		} else if shown := webtest.All(a.Page, "", "class=ended"); len(shown) > 0 {
			t.Errorf("%s: the page explains what the participant did: %s", outcome, webtest.Text(shown[0]))
		}
	}
}

func TestNoItemIsNamedLikeAFieldOfTheStep(t *testing.T) {
	for _, q := range questionnaire.All() {
		for _, it := range q.Questions() {
			if it.ID == "trial" || it.ID == "attempt" || it.ID == "instrument" {
				t.Errorf("instrument %s: the item %q would be taken for the step", q.ID, it.ID)
			}
		}
	}
}
