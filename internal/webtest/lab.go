package webtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"vmstudy/rfb/tap"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web"
	"vmstudy/web/lab"
)

// A Lab is a server on a store in memory, with an experimenter who may sign in. Its clock shows now
// until a test changes it.
type Lab struct {
	T       *testing.T
	Store   *studytest.Store
	Conduct *idle
	config  web.Config
	Server  *web.Server
	Handler http.Handler
	Now     time.Time
	Log     bytes.Buffer
	Ada     study.Experimenter
	Login   *http.Cookie // sent with every request, unless nil
}

// NewLab returns a lab in which ada is signed in.
func NewLab(t *testing.T) *Lab {
	t.Helper()
	l := &Lab{T: t, Store: studytest.NewStore(), Conduct: &idle{}, Now: studytest.Noon}
	l.config = web.Config{
		Store: l.Store, Conduct: l.Conduct, Results: findings{l.Store.Source()}, Leave: leaving(l.Store, func(study.SessionID) {}), Machines: 2, Version: "test",
		Now: func() time.Time { return l.Now },
		Log: slog.New(slog.NewTextHandler(&l.Log, nil)),
		Appliances: func(context.Context) ([]lab.Appliance, error) {
			return []lab.Appliance{editor(), {Name: "paint", Title: "Drawing board", Tasks: []study.Task{{ID: "type", Title: study.Plain("Draw")}}}}, nil
		},
	}
	l.Serve(func(*web.Config) {})
	l.Must(l.Store.SetPassword(t.Context(), "ada", "unused"))
	var err error
	l.Ada, _, err = l.Store.Experimenter(t.Context(), "ada")
	l.Must(err)
	token := sha256.Sum256([]byte("token"))
	l.Must(l.Store.OpenLogin(t.Context(), l.Ada.ID, "unused", token[:], l.Now.Add(time.Hour)))
	l.Login = &http.Cookie{Name: "login", Value: "token"}
	return l
}

// Serve starts the lab's server anew, with a configuration that change has changed.
func (l *Lab) Serve(change func(*web.Config)) {
	change(&l.config)
	l.Server = web.New(l.config)
	l.Handler = l.Server.Handler()
}

// editor returns the appliance of studytest's designs, with one more task.
func editor() lab.Appliance {
	d := studytest.Design()
	more := study.Task{ID: "find", Title: study.Plain("Find and replace"), Instruction: study.Plain("Replace every word.")}
	return lab.Appliance{Name: d.Appliance, Title: "Text editor", Keyboard: "us", Tasks: append(d.Tasks, more, *d.Practice)}
}

// Must fails the test if err is not nil.
func (l *Lab) Must(err error) {
	l.T.Helper()
	if err != nil {
		l.T.Fatal(err)
	}
}

// Study stores a study, and publishes it if publish is true.
func (l *Lab) Study(d study.Design, publish bool) study.StudyID {
	l.T.Helper()
	id, err := l.Store.CreateStudy(l.T.Context(), l.Ada.ID, d, l.Now)
	l.Must(err)
	if publish {
		_, err = l.Store.Publish(l.T.Context(), id, l.Ada.ID, l.Now)
		l.Must(err)
	}
	return id
}

// Visit stores a published study whose first participant has consented.
func (l *Lab) Visit() (study.StudyID, study.SessionID) {
	l.T.Helper()
	st, id := l.Reader()
	l.Must(l.Store.RecordConsent(l.T.Context(), id, false, l.Now))
	return st, id
}

// Reader stores a published study whose first participant reads the consent page.
func (l *Lab) Reader() (study.StudyID, study.SessionID) {
	l.T.Helper()
	st := l.Study(studytest.Design(), true)
	people, err := l.Store.AddParticipants(l.T.Context(), st, false, []string{"first", "second"}, l.Now)
	l.Must(err)
	id, err := l.Store.StartSession(l.T.Context(), people[0].ID, l.Now)
	l.Must(err)
	return st, id
}

// An Answer is what the server answered, parsed if it is a page.
type Answer struct {
	*http.Response
	Body string
	Page *html.Node
}

// Get loads a page.
func (l *Lab) Get(path string) Answer { return l.Do(httptest.NewRequest("GET", path, nil)) }

// Post sends a form.
func (l *Lab) Post(path string, fields url.Values) Answer {
	r := httptest.NewRequest("POST", path, strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return l.Do(r)
}

// Do sends a request with ada's login, if she is signed in.
func (l *Lab) Do(r *http.Request) Answer {
	l.T.Helper()
	if l.Login != nil {
		r.AddCookie(l.Login)
	}
	w := httptest.NewRecorder()
	l.Handler.ServeHTTP(w, r.WithContext(l.T.Context()))
	res := w.Result()
	body, err := io.ReadAll(res.Body)
	l.Must(err)
	page, err := html.Parse(bytes.NewReader(body))
	l.Must(err)
	return Answer{Response: res, Body: string(body), Page: page}
}

// Wants fails the test unless a has the status and, if say is not empty, contains say somewhere.
func (l *Lab) Wants(a Answer, status int, say string) {
	l.T.Helper()
	if a.StatusCode != status {
		l.T.Fatalf("status %d, want %d: %s", a.StatusCode, status, Text(a.Page))
	}
	if !strings.Contains(Text(a.Page), say) {
		l.T.Fatalf("the page does not say %q:\n%s", say, Text(a.Page))
	}
}

// WantsRedirect fails the test unless a redirects to the given address.
func (l *Lab) WantsRedirect(a Answer, to string) {
	l.T.Helper()
	if got := a.Header.Get("Location"); a.StatusCode != http.StatusSeeOther || got != to {
		l.T.Fatalf("status %d to %q, want 303 to %q: %s", a.StatusCode, got, to, Text(a.Page))
	}
}

// One returns the only element that all finds.
func (l *Lab) One(n *html.Node, name, attribute string) *html.Node {
	l.T.Helper()
	found := All(n, name, attribute)
	if len(found) != 1 {
		l.T.Fatalf("%d elements <%s %s>, want 1: %s", len(found), name, attribute, Text(n))
	}
	return found[0]
}

// idle is a Conduct that does nothing. A test sets its status.
type idle struct {
	web.Conduct
	Stands session.Status
	Ended  []string // why experimenters ended desktops, although there are none
}

func (c *idle) End(_ context.Context, _ study.SessionID, why string) error {
	c.Ended = append(c.Ended, why)
	return study.Refuse(study.ErrConflict, "There is no desktop at this moment.")
}

func (c *idle) Status(study.SessionID) (session.Status, <-chan struct{}) { return c.Stands, nil }

func (c *idle) Move(context.Context, study.SessionID, study.Network) error {
	return study.Refuse(study.ErrConflict, "There is no desktop at this moment.")
}

func (c *idle) WatchScreen(context.Context, study.SessionID) (net.Conn, error) {
	return nil, study.Refuse(study.ErrConflict, "There is no desktop at this moment.")
}

func (c *idle) DialScreen(context.Context, study.SessionID, func(tap.Event)) (net.Conn, error) {
	return nil, study.ErrConflict
}
