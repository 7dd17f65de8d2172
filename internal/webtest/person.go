package webtest

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web"
	"vmstudy/web/lab"
	"vmstudy/web/page"
)

// A Person is a participant in a lab's study, with a browser that keeps cookies. Several persons
// may use the same browser: see Beside.
type Person struct {
	*Lab
	Study   study.StudyID
	Conduct *desks
	Who     study.Participant
	Browser *cookiejar.Jar
}

// NewPerson returns the first participant of a new study, who has not begun.
func NewPerson(t *testing.T, d study.Design) *Person {
	t.Helper()
	l := NewLab(t)
	l.Login = nil
	p := &Person{Lab: l, Study: l.Study(d, true), Conduct: &desks{store: l.Store}, Browser: NewBrowser()}
	l.Serve(func(c *web.Config) { c.Conduct = p.Conduct })
	p.Who = p.Another(false)
	return p
}

// Another adds a participant to the study.
func (p *Person) Another(pilot bool) study.Participant {
	p.T.Helper()
	people, err := p.Store.AddParticipants(p.T.Context(), p.Study, pilot, lab.NewLinks(1), p.Now)
	p.Must(err)
	return people[0]
}

// NewBrowser returns a browser without cookies.
func NewBrowser() *cookiejar.Jar {
	jar, _ := cookiejar.New(nil) // never fails
	return jar
}

// Beside returns another participant of the study who uses the same browser.
func (p *Person) Beside() *Person {
	p.T.Helper()
	other := *p
	other.Who = p.Another(false)
	return &other
}

// Begin opens the personal link and presses its button.
func (p *Person) Begin() {
	p.T.Helper()
	a := p.Post(page.LinkPath(p.Who.Link)+"/begin", nil)
	p.WantsRedirect(a, p.Visit())
}

// Visit returns the path of the visit. The visit must have begun.
func (p *Person) Visit() string {
	p.T.Helper()
	return page.VisitPath(p.Session().ID)
}

// Get loads a page.
func (p *Person) Get(path string) Answer { return p.Send(httptest.NewRequest("GET", path, nil)) }

// Post sends a form.
func (p *Person) Post(path string, fields url.Values) Answer {
	r := httptest.NewRequest("POST", path, strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return p.Send(r)
}

// Send sends a request with the cookies of the person's browser, which keeps those of the answer.
func (p *Person) Send(r *http.Request) Answer {
	p.T.Helper()
	at := &url.URL{Scheme: "http", Host: r.Host, Path: r.URL.Path}
	if strings.HasPrefix(p.config.Public.Origin(r), "https:") {
		at.Scheme = "https"
	}
	for _, c := range p.Browser.Cookies(at) {
		r.AddCookie(c)
	}
	a := p.Do(r)
	p.Browser.SetCookies(at, a.Cookies())
	return a
}

// Session returns the session as it is in the store, whichever page was opened last.
func (p *Person) Session() study.Session {
	p.T.Helper()
	who, err := p.Store.ParticipantByLink(p.T.Context(), p.Who.Link)
	p.Must(err)
	v, err := p.Store.Session(p.T.Context(), who.Session)
	p.Must(err)
	v.Seat = 0
	return v
}

// A Filled form is what a browser sends when the form's button is pressed.
type Filled struct {
	Path   string
	Fields url.Values
}

// Fill fills in the first form of a page that is not about its language: it chooses the first mark of every scale and writes a few
// words.
func (p *Person) Fill(page *html.Node) Filled {
	p.T.Helper()
	forms := slices.DeleteFunc(All(page, "form", "method=post"), func(f *html.Node) bool { return strings.HasSuffix(Attr(f, "action"), "/language") })
	if len(forms) == 0 {
		p.T.Fatalf("nothing to press: %s", Text(page))
	}
	f := Filled{Path: Attr(forms[0], "action"), Fields: url.Values{}}
	for _, e := range All(forms[0], "input", "name") {
		if !f.Fields.Has(Attr(e, "name")) {
			f.Fields.Set(Attr(e, "name"), Attr(e, "value"))
		}
	}
	for _, e := range All(forms[0], "textarea", "name") {
		f.Fields.Set(Attr(e, "name"), "Fine,\r\nthank you")
	}
	return f
}

// Submit sends a filled form.
func (p *Person) Submit(f Filled) Answer {
	p.T.Helper()
	return p.Post(f.Path, f.Fields)
}

// Walk goes on until a step of this kind. If each is not nil, walk calls it with every page and its
// filled form before it sends that form.
func (p *Person) Walk(kind study.StepKind, each func(Answer, Filled)) Answer {
	p.T.Helper()
	for range 500 {
		at := p.Session().Step().Kind
		a := p.Get(p.Visit())
		if at == kind {
			return a
		}
		p.Wants(a, 200, "")
		f := p.Fill(a.Page)
		if each != nil {
			each(a, f)
		}
		p.WantsRedirect(p.Submit(f), p.Visit())
	}
	p.T.Fatalf("never came to %s", kind)
	return Answer{}
}

// desks conducts attempts only in the store: each attempt runs at once and ends when it is told to.
type desks struct {
	web.Conduct
	store  *studytest.Store
	Refuse error           // the error that Start returns
	Opens  bool            // attempts stay in state preparing
	Said   []study.Outcome // the outcomes with which attempts were finished
}

func (c *desks) Start(ctx context.Context, id study.SessionID) error {
	if c.Refuse != nil {
		return c.Refuse
	}
	v, err := c.store.Session(ctx, id)
	if err != nil {
		return err
	}
	a, err := c.store.OpenAttempt(ctx, study.Attempt{Trial: v.Trials[v.Step().Trial].ID, AskedAt: studytest.Noon})
	if err != nil || c.Opens {
		return err
	}
	a.State, a.StartedAt = study.Running, studytest.Noon
	return c.store.RecordAttempt(ctx, a, studytest.Noon, 0)
}

func (c *desks) Finish(ctx context.Context, id study.SessionID, o study.Outcome) error {
	c.Said = append(c.Said, o)
	return c.Break(ctx, id, study.Finished, o)
}

// Break ends the attempt in flight.
func (c *desks) Break(ctx context.Context, id study.SessionID, state study.AttemptState, o study.Outcome) error {
	v, err := c.store.Session(ctx, id)
	if err != nil {
		return err
	}
	a := v.Trials[v.Step().Trial].Last()
	a.State, a.Outcome, a.EndedAt = state, o, studytest.Noon
	return c.store.RecordAttempt(ctx, a, studytest.Noon, 0)
}
