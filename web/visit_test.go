package web

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/studytest"
)

// A person is a participant in a lab's study, with a browser that keeps cookies. Several persons
// may use the same browser: see beside.
type person struct {
	*lab
	study   study.StudyID
	conduct *desks
	who     study.Participant
	browser *cookiejar.Jar
}

// newPerson returns the first participant of a new study, who has not begun.
func newPerson(t *testing.T, d study.Design) *person {
	t.Helper()
	l := newLab(t)
	l.login = nil
	p := &person{lab: l, study: l.study(d, true), conduct: &desks{store: l.store}, browser: newBrowser()}
	l.server.conduct = p.conduct
	p.who = p.another(false)
	return p
}

// another adds a participant to the study.
func (p *person) another(pilot bool) study.Participant {
	p.t.Helper()
	people, err := p.store.AddParticipants(p.t.Context(), p.study, pilot, NewLinks(1), p.now)
	p.must(err)
	return people[0]
}

// newBrowser returns a browser without cookies.
func newBrowser() *cookiejar.Jar {
	jar, _ := cookiejar.New(nil) // never fails
	return jar
}

// beside returns another participant of the study who uses the same browser.
func (p *person) beside() *person {
	p.t.Helper()
	other := *p
	other.who = p.another(false)
	return &other
}

// begin opens the personal link and presses its button.
func (p *person) begin() {
	p.t.Helper()
	a := p.post(linkPath(p.who.Link)+"/begin", nil)
	p.wantsRedirect(a, p.visit())
}

// visit returns the path of the visit. The visit must have begun.
func (p *person) visit() string {
	p.t.Helper()
	return visitPath(p.session().ID)
}

func (p *person) get(path string) answer { return p.send(httptest.NewRequest("GET", path, nil)) }

func (p *person) post(path string, fields url.Values) answer {
	r := httptest.NewRequest("POST", path, strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return p.send(r)
}

func (p *person) send(r *http.Request) answer {
	p.t.Helper()
	at := &url.URL{Scheme: "http", Host: r.Host, Path: r.URL.Path}
	if p.server.public.secure() {
		at.Scheme = "https"
	}
	for _, c := range p.browser.Cookies(at) {
		r.AddCookie(c)
	}
	a := p.do(r)
	p.browser.SetCookies(at, a.Cookies())
	return a
}

// session returns the session as it is in the store, whichever page was opened last.
func (p *person) session() study.Session {
	p.t.Helper()
	who, err := p.store.ParticipantByLink(p.t.Context(), p.who.Link)
	p.must(err)
	v, err := p.store.Session(p.t.Context(), who.Session)
	p.must(err)
	v.Seat = 0
	return v
}

// A filled form is what a browser sends when the form's button is pressed.
type filled struct {
	path   string
	fields url.Values
}

// fill fills in the first form of a page: it chooses the first mark of every scale and writes a few
// words.
func (p *person) fill(page *html.Node) filled {
	p.t.Helper()
	forms := all(page, "form", "method=post")
	if len(forms) == 0 {
		p.t.Fatalf("nothing to press: %s", text(page))
	}
	f := filled{path: attr(forms[0], "action"), fields: url.Values{}}
	for _, e := range all(forms[0], "input", "name") {
		if !f.fields.Has(attr(e, "name")) {
			f.fields.Set(attr(e, "name"), attr(e, "value"))
		}
	}
	for _, e := range all(forms[0], "textarea", "name") {
		f.fields.Set(attr(e, "name"), "Fine,\r\nthank you")
	}
	return f
}

func (p *person) submit(f filled) answer {
	p.t.Helper()
	return p.post(f.path, f.fields)
}

// walk goes on until a step of this kind. If each is not nil, walk calls it with every page and its
// filled form before it sends that form.
func (p *person) walk(kind study.StepKind, each func(answer, filled)) answer {
	p.t.Helper()
	for range 500 {
		at := p.session().Step().Kind
		a := p.get(p.visit())
		if at == kind {
			return a
		}
		p.wants(a, 200, "")
		f := p.fill(a.page)
		if each != nil {
			each(a, f)
		}
		p.wantsRedirect(p.submit(f), p.visit())
	}
	p.t.Fatalf("never came to %s", kind)
	return answer{}
}

func trialField(id study.TrialID) string { return fmt.Sprint(int64(id)) }

// desks conducts attempts only in the store: each attempt runs at once and ends when it is told to.
type desks struct {
	Conduct
	store  *studytest.Store
	refuse error           // the error that Start returns
	opens  bool            // attempts stay in state preparing
	said   []study.Outcome // the outcomes with which attempts were finished
}

func (c *desks) Start(ctx context.Context, id study.SessionID) error {
	if c.refuse != nil {
		return c.refuse
	}
	v, err := c.store.Session(ctx, id)
	if err != nil {
		return err
	}
	a, err := c.store.OpenAttempt(ctx, study.Attempt{Trial: v.Trials[v.Step().Trial].ID, AskedAt: studytest.Noon})
	if err != nil || c.opens {
		return err
	}
	a.State, a.StartedAt = study.Running, studytest.Noon
	return c.store.RecordAttempt(ctx, a, studytest.Noon, 0)
}

func (c *desks) Finish(ctx context.Context, id study.SessionID, o study.Outcome) error {
	c.said = append(c.said, o)
	return c.end(ctx, id, study.Finished, o)
}

// end ends the attempt in flight.
func (c *desks) end(ctx context.Context, id study.SessionID, state study.AttemptState, o study.Outcome) error {
	v, err := c.store.Session(ctx, id)
	if err != nil {
		return err
	}
	a := v.Trials[v.Step().Trial].Last()
	a.State, a.Outcome, a.EndedAt = state, o, studytest.Noon
	return c.store.RecordAttempt(ctx, a, studytest.Noon, 0)
}

// revealing matches words that would reveal a condition of studytest.Design.
var revealing = regexp.MustCompile(`(?i)\b(vnc|stream\w*|local|lan|3g|thin|thick|network)\b`)

func TestAVisitLeadsFromConsentToThanks(t *testing.T) {
	p := newPerson(t, studytest.Design())
	p.begin()
	var went []string
	p.walk(study.StepEnd, func(a answer, f filled) {
		went = append(went, strings.TrimPrefix(f.path, p.visit()))
		if word := revealing.FindString(a.body); word != "" && f.fields.Has("trial") {
			t.Errorf("%s gives the condition away: %q in %s", f.path, word, a.body)
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
	p.wants(p.get(p.visit()), 200, studytest.Design().Thanks.String())
	v := p.session()
	if v.EndedAt.IsZero() || !v.Participant.Finished {
		t.Errorf("ended at %v, finished %v", v.EndedAt, v.Participant.Finished)
	}
	p.wants(p.get(linkPath(p.who.Link)), 200, "Everything is saved")
	ratings, err := p.store.Ratings(t.Context(), v.ID)
	p.must(err)
	if len(ratings) != 6 || len(ratings[v.Trials[1].ID]) != 2 || len(ratings[0]) != 1 {
		t.Errorf("ratings of %d trials, %v", len(ratings), ratings)
	}
}

func TestNothingHappensTwice(t *testing.T) {
	p := newPerson(t, studytest.Design())
	p.begin()
	var sent []filled
	again := func() {
		before := p.session()
		for _, f := range sent {
			other := filled{f.path, maps.Clone(f.fields)}
			for name := range other.fields {
				if name != "trial" && name != "attempt" && name != "instrument" {
					other.fields.Set(name, "something else")
				}
			}
			p.wantsRedirect(p.submit(f), p.visit())
			if late := p.submit(other); strings.HasSuffix(f.path, "/answers") {
				p.wants(late, 409, "What you have just sent was not stored")
			} else {
				p.wantsRedirect(late, p.visit())
			}
		}
		if diff := cmp.Diff(before, p.session()); diff != "" {
			t.Fatalf("forms of earlier steps changed the session (-before +after):\n%s", diff)
		}
	}
	p.walk(study.StepEnd, func(_ answer, f filled) {
		again()
		sent = append(sent, f)
	})
	again()
	if want := slices.Repeat([]study.Outcome{study.SaidDone}, 6); !slices.Equal(p.conduct.said, want) {
		t.Errorf("attempts ended with %v, want %v", p.conduct.said, want)
	}
}

func TestAPersonalLinkUsesNothingUp(t *testing.T) {
	p := newPerson(t, studytest.Design())
	for range 3 {
		a := p.get(linkPath(p.who.Link))
		p.wants(a, 200, "Taking part takes about 20 minutes")
		if len(a.Cookies()) > 0 {
			t.Errorf("opening the link set cookies %v", a.Cookies())
		}
	}
	if who, err := p.store.ParticipantByLink(t.Context(), p.who.Link); err != nil || who.Session != 0 {
		t.Errorf("opening the link started session %d, %v", who.Session, err)
	}
	p.begin()
	p.begin() // as from another browser
	p.wants(p.get(linkPath(p.who.Link)), 200, "You have begun already")
	all, err := p.store.Sessions(t.Context(), p.study)
	p.must(err)
	if len(all) != 1 {
		t.Errorf("%d sessions, want 1", len(all))
	}
}

func TestATrialOfAnotherVisitIsNotFound(t *testing.T) {
	p, other := newPerson(t, studytest.Design()), study.SessionID(0)
	p.begin()
	var err error
	other, err = p.store.StartSession(t.Context(), p.another(false).ID, p.now)
	p.must(err)
	p.must(p.store.RecordConsent(t.Context(), other, false, p.now))
	v, err := p.store.Session(t.Context(), other)
	p.must(err)
	p.walk(study.StepBrief, nil)
	for _, trial := range []string{trialField(v.Trials[0].ID), "0", "-1", "x", "1e3", "99999999999999999999"} {
		p.wants(p.post(p.visit()+"/start", url.Values{"trial": {trial}}), 404, "There is nothing at this address")
	}
	if step := p.session().Step(); step.Kind != study.StepBrief {
		t.Errorf("the participant stands at %s, want still at %s", step.Kind, study.StepBrief)
	}
}

func TestEachPageTakesASeat(t *testing.T) {
	p := newPerson(t, studytest.Design())
	p.begin()
	a := p.walk(study.StepDesktop, nil)
	v, err := p.store.Session(t.Context(), p.session().ID)
	p.must(err)
	if got := attr(p.one(a.page, "", "data-seat"), "data-seat"); v.Seat != 4 || got != "4" {
		t.Errorf("the desktop's page has seat %s of %d, want 4 of 4: consent, about, brief, desktop", got, v.Seat)
	}
}

func TestAStartThatIsRefusedSaysWhy(t *testing.T) {
	p := newPerson(t, studytest.Design())
	p.begin()
	a := p.walk(study.StepBrief, nil)
	p.conduct.refuse = study.Refuse(study.ErrConflict, "all machines are in use")
	refused := p.submit(p.fill(a.page))
	p.wants(refused, 409, "All machines are in use.")
	p.wants(refused, 409, "Move a window.") // still the page of this task
	p.conduct.refuse = nil
	p.wantsRedirect(p.submit(p.fill(refused.page)), p.visit())
}

func TestATaskIsOfferedAgainAfterAFailure(t *testing.T) {
	for name, state := range map[string]study.AttemptState{
		"the machine failed": study.Failed, "the server stopped": study.Interrupted,
	} {
		t.Run(name, func(t *testing.T) {
			p := newPerson(t, studytest.Design())
			p.begin()
			p.walk(study.StepDesktop, nil)
			p.must(p.conduct.end(t.Context(), p.session().ID, state, ""))
			a := p.get(p.visit())
			p.wants(a, 200, "nothing that you have done is lost")
			p.wantsRedirect(p.submit(p.fill(a.page)), p.visit())
			if n := len(p.session().Trials[0].Attempts); n != 2 {
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
			p := newPerson(t, studytest.Design())
			p.conduct.opens = tt.preparing
			p.begin()
			p.walk(study.StepDesktop, nil)
			at := p.session().Trials[0]
			trial := url.Values{"trial": {trialField(at.ID)}, "attempt": {number64(at.Last().ID)}}
			p.wantsRedirect(p.post(p.visit()+tt.path, trial), p.visit())
			if !slices.Equal(p.conduct.said, tt.want) {
				t.Errorf("the attempt ended with %v, want %v", p.conduct.said, tt.want)
			}
		})
	}
}

func TestTheEndOfATaskIsExplained(t *testing.T) {
	for outcome, say := range map[study.Outcome]string{
		study.TimeUp: "the time for this task was up", study.Completed: "the task is complete", study.SaidDone: "",
		study.EndedByExperimenter: "the experimenter ended this task",
	} {
		p := newPerson(t, studytest.OneTrial())
		d := studytest.OneTrial()
		d.Instruments = []string{"satisfaction", "annoyance"}
		p.must(p.store.SaveDraft(t.Context(), p.study, d))
		_, err := p.store.Publish(t.Context(), p.study, p.ada.ID, p.now)
		p.must(err)
		p.begin()
		p.walk(study.StepDesktop, nil)
		p.must(p.conduct.end(t.Context(), p.session().ID, study.Finished, outcome))
		a := p.get(p.visit())
		p.wants(a, 200, say)
		if outcome == study.EndedByExperimenter { // then the trial is not rated
			p.wants(a, 200, "There is nothing to rate.")
			if kind := p.session().Step().Kind; kind == study.StepRate {
				t.Errorf("a task that the experimenter ended is rated")
			}
			continue
		}
		if say != "" {
			p.submit(p.fill(a.page))
			if second := text(p.get(p.visit()).page); strings.Contains(second, say) {
				t.Errorf("%s: the second instrument says it again: %s", outcome, second)
			}
		} else if shown := all(a.page, "", "class=ended"); len(shown) > 0 {
			t.Errorf("%s: the page explains what the participant did: %s", outcome, text(shown[0]))
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
