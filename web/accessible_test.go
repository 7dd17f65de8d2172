package web_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"vmstudy/internal/webtest"
	"vmstudy/rfb/rfbtest"
	"vmstudy/study"
	"vmstudy/study/instrument"
	"vmstudy/studytest"
	"vmstudy/web/page"
	"vmstudy/web/signin"
)

// A reader opens pages of one server, one after the other, and has axe-core look at each.
type reader struct {
	t    *testing.T
	axe  string
	site string
	tab  context.Context
}

func newReader(t *testing.T, site string) *reader {
	t.Helper()
	return &reader{t: t, axe: webtest.Axe(t), site: site, tab: webtest.NewTab(t, 8*time.Minute)}
}

// cookie gives the browser a cookie for the pages below path.
func (r *reader) cookie(name, value, path string) {
	r.t.Helper()
	_, err := chromedp.Call(r.tab, network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: r.site, Path: path})
	if err != nil {
		r.t.Fatal(err)
	}
}

// reads opens a page, runs a script in it unless that is empty, which leads to another page, and looks at what is there then.
func (r *reader) reads(name, path, script string) {
	r.t.Helper()
	if err := chromedp.Do(r.tab, chromedp.Navigate(r.site+path)); err != nil {
		r.t.Fatalf("%s: %v", name, err)
	}
	if script != "" {
		if _, err := chromedp.RunResponse(r.tab, chromedp.Evaluate[chromedp.Void](script+"; undefined")); err != nil {
			r.t.Fatalf("%s: %v", name, err)
		}
	}
	r.looks(name)
}

// waits opens a page, and waits until an expression is true in it.
func (r *reader) waits(path, is string) {
	r.t.Helper()
	if err := chromedp.Do(r.tab, chromedp.Navigate(r.site+path)); err != nil {
		r.t.Fatalf("%s: %v", path, err)
	}
	webtest.Eventually(r.t, is, func() bool {
		there, err := chromedp.Run(r.tab, chromedp.Evaluate[bool](`Boolean(`+is+`)`))
		return err == nil && there
	})
}

// looks looks at the page that is open.
func (r *reader) looks(name string) {
	r.t.Helper()
	webtest.EachLook(r.t, r.tab, name, func(look webtest.PageLook) {
		rules := webtest.EveryRule
		if look.Wide == look.Dark { // between the two others, in which every rule is checked, only colours differ
			rules = webtest.Contrast
		}
		for _, broken := range webtest.Violations(r.t, r.tab, r.axe, rules) {
			r.t.Errorf("%s, %s: %s", name, look, broken)
		}
	})
}

func TestWhatKeepsPeopleOutIsFound(t *testing.T) {
	t.Parallel()
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `<!DOCTYPE html><html lang="en"><title>Bad</title><main><h1>Bad</h1><input><p style="color: #aaa; background: #fff">Pale</p><button aria-label="Remove form 1">Remove the form</button></main>`)
	}))
	t.Cleanup(site.Close)
	tab, axe := webtest.NewTab(t, time.Minute), webtest.Axe(t)
	if err := chromedp.Do(tab, chromedp.Navigate(site.URL)); err != nil {
		t.Fatal(err)
	}
	for rules, want := range map[string][]string{webtest.EveryRule: {"color-contrast", "label", "label-content-name-mismatch"}, webtest.Contrast: {"color-contrast"}} {
		var found []string
		for _, line := range webtest.Violations(t, tab, axe, rules) {
			rule, _, _ := strings.Cut(line, " ")
			found = append(found, rule)
		}
		slices.Sort(found)
		if !slices.Equal(found, want) {
			t.Errorf("found %v, want %v", found, want)
		}
	}
}

// furnished returns a lab in which every page of an experimenter has something to show: a study with two versions, results and
// a calibration, a session with a trial, a study that is closed, and a draft.
func furnished(t *testing.T) (l *webtest.Lab, id, draft study.StudyID, visit study.SessionID) {
	t.Helper()
	l = webtest.NewLab(t)
	id = l.Study(webtest.Compared(), true)
	l.TakePart(id, false, map[string]webtest.Done{
		"vnc/3G/look":     {Outcome: study.Completed, Seconds: 20, Rating: 2, Responses: []int{400, 600, 0}},
		"local/none/look": {Outcome: study.EndedByExperimenter, Seconds: 10, Rating: 7, Responses: []int{50, 100, 200}},
	})
	l.TakePart(id, true, map[string]webtest.Done{"vnc/3G/look": {Outcome: study.GaveUp, Seconds: 5, Rating: 1, Responses: []int{9000}, TCG: true}})
	sessions, err := l.Store.Sessions(t.Context(), id)
	l.Must(err)
	visit = sessions[len(sessions)-1].ID
	d := webtest.Compared()
	d.Consent = study.Plain("You may stop whenever you like.")
	l.Must(studytest.Redraft(t.Context(), l.Store, id, d))
	_, err = l.Store.Publish(t.Context(), id, l.Ada.ID, l.Now)
	l.Must(err)
	d.TrialLimit *= 2
	l.Must(studytest.Redraft(t.Context(), l.Store, id, d))
	l.Calibrated(id, func(c *study.Calibration) { c.Findings[0].OK, c.Machine.Others = false, 1.5 })
	l.Post(webtest.StudyPage(id)+"/appointments", webtest.Offer("2026-03-20", "09:00", "11:00", "Room 3"))
	slots, err := l.Store.Slots(t.Context(), id)
	l.Must(err)
	people, err := l.Store.AddParticipants(t.Context(), id, false, []string{"waits", "walks"}, l.Now)
	l.Must(err)
	_, err = l.Store.BookSlot(t.Context(), study.Booking{Slot: slots[0].ID, Participant: people[0].ID, At: l.Now})
	l.Must(err)

	draft = l.Study(studytest.Design(), false)
	closed := l.Study(studytest.OneTrial(), true)
	for _, state := range []study.StudyState{study.StudyClosed, study.StudyArchived} {
		l.Must(l.Store.SetState(t.Context(), closed, study.Openness{State: state, By: l.Ada.ID, At: l.Now}))
	}
	return l, id, draft, visit
}

// manyRows returns a draft with every kind of row that a design has.
func manyRows() study.Design {
	d := studytest.Design()
	instead := study.Plain("Copy the letter on the right.")
	d.Tasks[0].Forms = []study.Form{{Name: "A", Instruction: study.Plain("Copy the first letter.")}, {Name: "B", Instruction: study.Plain("Copy the second letter.")}}
	d.Factors = []study.FreeFactor{{Name: "light", Levels: []study.FreeLevel{{Name: "on"}, {Name: "off"}}}}
	d.Groups = []study.Group{{Name: "old", Instructions: []study.Instead{{Task: "type", Instruction: instead}}}, {Name: "young"}}
	d.Visits = []study.Visit{{After: 3, Apart: 24 * time.Hour}}
	d.Networks[1].Network.Schedule.Phases = []study.Phase{{For: time.Minute, Outage: true}}
	d.Preregistration.Comparisons = []study.Comparison{{Name: "H1", Hypothesis: "It is better.", Outcome: study.OutcomeTime, Factor: study.MethodFactor, First: "vnc", Second: "stream", Claim: study.Differs, Test: study.PairedT}}
	return d
}

func TestEveryPageOfTheLabIsAccessible(t *testing.T) {
	t.Parallel()
	l, id, draft, visit := furnished(t)
	slots, err := l.Store.Slots(t.Context(), id)
	l.Must(err)
	site := httptest.NewServer(l.Handler)
	t.Cleanup(site.Close)
	r := newReader(t, site.URL)
	r.reads("home", "/", "")
	r.reads("signin", "/signin", "")
	r.reads("signin-refused", "/signin", `const f = document.querySelector("main form"); f.noValidate = true; f.requestSubmit()`)
	r.cookie(l.Login.Name, l.Login.Value, "/")
	of := webtest.StudyPage(id)
	calibrations, err := l.Store.Calibrations(t.Context(), id)
	l.Must(err)
	sheet := l.Post(of+"/participants", url.Values{"number": {"2"}}).Header.Get("Location")
	for name, path := range map[string]string{
		"members": of + "/members", "accounts": "/lab/accounts", "account": "/lab/account", "networks": "/lab/networks", "second-factor": signin.SecondFactorPath, "tokens": "/lab/account/tokens", "audit": "/lab/audit",
		"recruitment": of + "/recruitment", "links": sheet, "links-printed": sheet + "/print",
		"studies": "/lab", "archived": "/lab/archived", "day": "/lab/day?date=2026-03-20", "live-empty": "/lab/live", "nothing": "/lab/nowhere",
		"study": of, "study-draft": webtest.StudyPage(draft), "design": webtest.DesignPage(id), "design-new": "/lab/studies/new", "publish": of + "/publish",
		"questions": webtest.QuestionsPage(id), "questionnaire": webtest.QuestionsPage(id) + "/tlx", "questionnaire-new": webtest.QuestionsPage(id) + "/new", "questionnaire-preview": webtest.QuestionsPage(id) + "/tlx/preview",
		"participants": of + "/participants", "compensation": of + "/compensation", "compensation-print": of + "/compensation/print", "appointments": of + "/appointments", "appointment": of + fmt.Sprintf("/appointments/%d", slots[0].ID), "appointment-free": of + fmt.Sprintf("/appointments/%d", slots[1].ID), "appointments-shown": of + "/appointments?date=2026-03-20&until=2026-03-27&from=10:00&to=12:00&station=Room+3", "results": of + "/results?pilots=1", "results-pooled": of + "/results?version=1&pilots=1&pool=1", "results-draft": webtest.StudyPage(draft) + "/results",
		"calibration": webtest.CalibrationPage(calibrations[0]), "session": fmt.Sprintf("/lab/sessions/%d", visit), "watch-over": fmt.Sprintf("/lab/sessions/%d/watch", visit),
	} {
		r.reads(name, path, "")
	}
	r.reads("design-rows", webtest.DesignPage(l.Study(manyRows(), false)), "")
	r.reads("member-invited", of+"/members", `document.querySelector("form[action$='/invite']").requestSubmit()`)
	invited, err := chromedp.Run(r.tab, chromedp.Evaluate[string](`new URL(document.querySelector("code.link").textContent).pathname`))
	l.Must(err)
	r.reads("invited", invited, "")
	r.reads("account-invited", "/lab/accounts", `document.querySelector("form[action='/lab/accounts']").requestSubmit()`)
	r.reads("password-refused", "/lab/account", `const f = document.querySelector("form[action$='/password']"); f.noValidate = true; f.requestSubmit()`)
	r.reads("second-factor-refused", signin.SecondFactorPath, `const f = document.querySelector("main form"); f.noValidate = true; f.requestSubmit()`)
	r.reads("design-faulty", webtest.DesignPage(id), `
		document.querySelector("[name='networks[1].rtt_ms']").value = "fast";
		document.querySelector("[name='title']").value = "";
		document.querySelector("[value=save]").form.noValidate = true;
		document.querySelector("[value=save]:not(.unseen)").click()`)
	r.reads("questionnaire-faulty", webtest.QuestionsPage(id)+"/tlx", `
		document.querySelector("textarea").value = "id: tlx\nversion: many";
		document.querySelector("textarea").form.requestSubmit()`)
	r.reads("study-file-faulty", "/lab/studies/new", `
		const f = document.querySelector("input[type=file]"), d = new DataTransfer();
		d.items.add(new File(["format: 3\ntitle: 1\nmethods: [vnc, fax]\n"], "mine.yaml"));
		f.files = d.files;
		f.form.requestSubmit()`)
	r.reads("study-refused", of, fmt.Sprintf(`document.querySelector("form[action$='/state'] [name=state]").value = "archived";
		document.querySelector("form[action='%s/state']").requestSubmit()`, of))
}

func TestThePagesOfRecordingsAreAccessible(t *testing.T) {
	t.Parallel()
	l, x, _ := webtest.RecordedLab(t)
	site := httptest.NewServer(l.Handler)
	t.Cleanup(site.Close)
	r := newReader(t, site.URL)
	r.cookie(l.Login.Name, l.Login.Value, "/")
	at := webtest.AttemptPage(x.ID, x.Trials[0].Last().ID)
	r.reads("recording", at+"/recording", "")
	r.reads("recording-kept", at+"/recording", `document.querySelector("form[action$='/delete']").noValidate = true; document.querySelector("form[action$='/delete']").requestSubmit()`)
	r.reads("replay", at+"/replay", "")
	r.reads("session-recorded", fmt.Sprintf("/lab/sessions/%d", x.ID), "")
}

// everyStep is a design of which a visit has every kind of step.
func everyStep() study.Design {
	d := studytest.Design()
	d.Closing, d.PauseEvery, d.Record = []string{"remarks"}, 1, study.RecordAsk
	return d
}

// lookedAt is a design that looks at computers, and asks for more than any has.
func lookedAt() study.Design {
	d := studytest.Design()
	d.Preflight = study.Preflight{Check: true, Width: 9000, Height: 600}
	return d
}

// everyQuestion is a design with a page that has every kind of question.
func everyQuestion() study.Design {
	d, every := studytest.Design(), webtest.EveryKind()
	d.Questionnaires, d.Instruments = []instrument.Instrument{every}, []string{every.ID}
	return d
}

func TestEveryPageOfAVisitIsAccessible(t *testing.T) {
	t.Parallel()
	p := webtest.NewPerson(t, everyStep())
	site := httptest.NewServer(p.Handler)
	t.Cleanup(site.Close)
	r := newReader(t, site.URL)
	r.reads("visit-stranger", "/visit", "")
	r.reads("visit-lost", "/p/nobody", "")
	r.reads("welcome", page.LinkPath(p.Who.Link), "")
	looked := webtest.NewPerson(t, lookedAt())
	looked.Begin()
	lookedSite := httptest.NewServer(looked.Handler)
	t.Cleanup(lookedSite.Close)
	l := newReader(t, lookedSite.URL)
	l.cookie("visit", looked.Who.Link, looked.Visit())
	l.waits(looked.Visit(), `document.querySelector("[data-verdict] p")`)
	l.looks("visit-preflight")
	p.Must(p.Store.SetRecruitment(t.Context(), p.Study, study.Recruitment{Completion: "https://example.org/done", At: p.Now}))
	p.Must(p.Store.IssueOpenLink(t.Context(), "open", study.OpenLink{Study: p.Study, Most: 1, IssuedAt: p.Now}))
	r.reads("join", "/join/open", "")
	for _, kind := range []study.StepKind{
		study.StepConsent, study.StepAbout, study.StepPause, study.StepBrief, study.StepRate, study.StepClosing, study.StepEnd,
	} {
		who := p.Beside()
		who.Begin()
		who.Walk(kind, nil)
		r.cookie("visit", who.Who.Link, who.Visit())
		r.reads("visit-"+string(kind), who.Visit(), "")
		if kind == study.StepRate || kind == study.StepAbout {
			r.reads("visit-"+string(kind)+"-open", who.Visit(), `document.querySelector("main form").noValidate = true; document.querySelector("main form").requestSubmit()`)
		}
	}
	late := p.Beside()
	late.Begin()
	answers := late.Fill(late.Walk(study.StepRate, nil).Page)
	late.Submit(answers)
	r.cookie("visit", late.Who.Link, late.Visit())
	r.reads("visit-late", late.Visit(), sends(late.Visit()+"/answers", answers.Fields))
}

func TestEveryKindOfQuestionIsAccessible(t *testing.T) {
	t.Parallel()
	p := webtest.NewPerson(t, everyQuestion())
	site := httptest.NewServer(p.Handler)
	t.Cleanup(site.Close)
	r := newReader(t, site.URL)
	p.Begin()
	p.Walk(study.StepRate, nil)
	r.cookie("visit", p.Who.Link, p.Visit())
	r.reads("visit-every", p.Visit(), "")
	r.reads("visit-every-open", p.Visit(), `document.querySelector("main form").noValidate = true; document.querySelector("main form").requestSubmit()`)
}

func TestThePageOfAPersonalLinkIsAccessible(t *testing.T) {
	t.Parallel()
	book := webtest.NewPerson(t, studytest.Design())
	book.Must(book.Store.OfferSlots(t.Context(), []study.Slot{
		{Study: book.Study, Station: "Room 3", StartsAt: book.Now.Add(24 * time.Hour), EndsAt: book.Now.Add(25 * time.Hour)},
		{Study: book.Study, Station: "Room 3", StartsAt: book.Now.Add(26 * time.Hour), EndsAt: book.Now.Add(27 * time.Hour)},
	}, 2))
	site := httptest.NewServer(book.Handler)
	t.Cleanup(site.Close)
	r := newReader(t, site.URL)
	link := page.LinkPath(book.Who.Link)
	r.reads("welcome-times", link, "")
	slots, err := book.Store.Slots(t.Context(), book.Study)
	book.Must(err)
	_, err = book.Store.BookSlot(t.Context(), study.Booking{Slot: slots[0].ID, Participant: book.Who.ID, At: book.Now})
	book.Must(err)
	r.reads("welcome-booked", link, "")
	book.Must(book.Store.SetState(t.Context(), book.Study, study.Openness{State: study.StudyClosed, At: book.Now}))
	r.reads("welcome-closed", link, "")
}

// sends is a script that posts fields to a path, as an earlier page with another answer would.
func sends(path string, fields url.Values) string {
	script := fmt.Sprintf(`const f = document.createElement("form"); f.method = "post"; f.action = %q;`, path)
	for name, values := range fields {
		value := values[0]
		if name != "trial" && name != "attempt" && name != "instrument" {
			value = "something else"
		}
		script += fmt.Sprintf(`f.append(Object.assign(document.createElement("input"), {name: %q, value: %q}));`, name, value)
	}
	return script + `document.body.append(f); f.submit()`
}

func TestThePagesWithADesktopAreAccessible(t *testing.T) {
	t.Parallel()
	d := webtest.NewDesk(t, rfbtest.NewServer(320, 200))
	r := newReader(t, d.Web.URL)
	r.cookie("visit", d.Link, d.Visit())
	d.Show(r.tab)
	r.looks("desktop")
	login := d.SignIn()
	r.cookie(login.Name, login.Value, "/")
	watcher := newReader(t, d.Web.URL)
	watcher.cookie(login.Name, login.Value, "/")
	watcher.reads("live", "/lab/live", "")
	watcher.reads("watch", d.WatchPath("watch"), "")
	watcher.reads("session-open", fmt.Sprintf("/lab/sessions/%d", d.Session), "")
}

func TestThePagesThatSignStrangersInAreAccessible(t *testing.T) {
	t.Parallel()
	l := webtest.SignedOut(t)
	site := httptest.NewServer(l.Handler)
	t.Cleanup(site.Close)
	r := newReader(t, site.URL)
	token := sha256.Sum256([]byte("token"))
	l.Must(l.Store.Invite(t.Context(), study.Invitation{TokenSHA256: token[:], By: l.Ada.ID, MadeAt: l.Now, ExpiresAt: l.Now.Add(time.Hour)}))
	r.reads("invited-stranger", "/invited/token", "")
	r.reads("invited-refused", "/invited/token", `const f = document.querySelector("main form"); f.noValidate = true; f.requestSubmit()`)
	r.reads("invited-late", "/invited/other", "")
	l.Must(l.Store.EnrolSecondFactor(t.Context(), l.Ada.ID, study.SecondFactor{Secret: make([]byte, 20), EnrolledAt: l.Now}, nil))
	r.reads("code", "/signin", `
		document.querySelector("[name=name]").value = "ada";
		document.querySelector("[name=password]").value = "enchantress of numbers";
		document.querySelector("main form").requestSubmit()`)
	r.reads("code-refused", "/signin/code", `document.querySelector("[name=code]").value = "000000"; document.querySelector("main form").requestSubmit()`)
}
