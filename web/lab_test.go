package web

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
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"vmstudy/rfb/tap"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/studytest"
)

// A lab is a server on a store in memory, with an experimenter who may sign in. Its clock shows now
// until a test changes it.
type lab struct {
	t       *testing.T
	store   *studytest.Store
	conduct *idle
	server  *Server
	handler http.Handler
	now     time.Time
	log     bytes.Buffer
	ada     study.Experimenter
	login   *http.Cookie // sent with every request, unless nil
}

// newLab returns a lab in which ada is signed in.
func newLab(t *testing.T) *lab {
	t.Helper()
	l := &lab{t: t, store: studytest.NewStore(), conduct: &idle{}, now: studytest.Noon}
	l.server = New(Config{
		Store: l.store, Conduct: l.conduct, Results: findings{l.store.Source()}, Machines: 2, Version: "test",
		Now: func() time.Time { return l.now },
		Log: slog.New(slog.NewTextHandler(&l.log, nil)),
		Appliances: func(context.Context) ([]Appliance, error) {
			return []Appliance{editor(), {Name: "paint", Title: "Drawing board", Tasks: []study.Task{{ID: "type", Title: study.Plain("Draw")}}}}, nil
		},
	})
	l.handler = l.server.Handler()
	l.must(l.store.SetPassword(t.Context(), "ada", "unused"))
	var err error
	l.ada, _, err = l.store.Experimenter(t.Context(), "ada")
	l.must(err)
	token := sha256.Sum256([]byte("token"))
	l.must(l.store.OpenLogin(t.Context(), l.ada.ID, token[:], l.now.Add(time.Hour)))
	l.login = &http.Cookie{Name: "login", Value: "token"}
	return l
}

// editor returns the appliance of studytest's designs, with one more task.
func editor() Appliance {
	d := studytest.Design()
	more := study.Task{ID: "find", Title: study.Plain("Find and replace"), Instruction: study.Plain("Replace every word.")}
	return Appliance{Name: d.Appliance, Title: "Text editor", Tasks: append(d.Tasks, more, *d.Practice)}
}

func (l *lab) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

// study stores a study, and publishes it if publish is true.
func (l *lab) study(d study.Design, publish bool) study.StudyID {
	l.t.Helper()
	id, err := l.store.CreateStudy(l.t.Context(), l.ada.ID, d, l.now)
	l.must(err)
	if publish {
		_, err = l.store.Publish(l.t.Context(), id, l.ada.ID, l.now)
		l.must(err)
	}
	return id
}

// visit stores a published study whose first participant has consented.
func (l *lab) visit() (study.StudyID, study.SessionID) {
	l.t.Helper()
	st, id := l.reader()
	l.must(l.store.RecordConsent(l.t.Context(), id, false, l.now))
	return st, id
}

// reader stores a published study whose first participant reads the consent page.
func (l *lab) reader() (study.StudyID, study.SessionID) {
	l.t.Helper()
	st := l.study(studytest.Design(), true)
	people, err := l.store.AddParticipants(l.t.Context(), st, false, []string{"first", "second"}, l.now)
	l.must(err)
	id, err := l.store.StartSession(l.t.Context(), people[0].ID, l.now)
	l.must(err)
	return st, id
}

// An answer is what the server answered, parsed if it is a page.
type answer struct {
	*http.Response
	body string
	page *html.Node
}

func (l *lab) get(path string) answer { return l.do(httptest.NewRequest("GET", path, nil)) }

func (l *lab) post(path string, fields url.Values) answer {
	r := httptest.NewRequest("POST", path, strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return l.do(r)
}

func (l *lab) do(r *http.Request) answer {
	l.t.Helper()
	if l.login != nil {
		r.AddCookie(l.login)
	}
	w := httptest.NewRecorder()
	l.handler.ServeHTTP(w, r.WithContext(l.t.Context()))
	res := w.Result()
	body, err := io.ReadAll(res.Body)
	l.must(err)
	page, err := html.Parse(bytes.NewReader(body))
	l.must(err)
	return answer{Response: res, body: string(body), page: page}
}

// wants fails the test unless a has the status and, if say is not empty, contains say somewhere.
func (l *lab) wants(a answer, status int, say string) {
	l.t.Helper()
	if a.StatusCode != status {
		l.t.Fatalf("status %d, want %d: %s", a.StatusCode, status, text(a.page))
	}
	if !strings.Contains(text(a.page), say) {
		l.t.Fatalf("the page does not say %q:\n%s", say, text(a.page))
	}
}

// wantsRedirect fails the test unless a redirects to the given address.
func (l *lab) wantsRedirect(a answer, to string) {
	l.t.Helper()
	if got := a.Header.Get("Location"); a.StatusCode != http.StatusSeeOther || got != to {
		l.t.Fatalf("status %d to %q, want 303 to %q: %s", a.StatusCode, got, to, text(a.page))
	}
}

// all returns the elements with the given name ("" for any) and attribute, as in all(page, "input",
// "name=title"). An attribute without a value matches any value, and class=x matches if x is among
// the classes.
func all(n *html.Node, name, attribute string) []*html.Node {
	var found []*html.Node
	for e := range n.Descendants() {
		if e.Type == html.ElementNode && (name == "" || e.Data == name) && matches(e, attribute) {
			found = append(found, e)
		}
	}
	return found
}

func matches(e *html.Node, attribute string) bool {
	if attribute == "" {
		return true
	}
	key, want, valued := strings.Cut(attribute, "=")
	for _, a := range e.Attr {
		if a.Key != key {
			continue
		}
		if !valued || a.Val == want || (key == "class" && slices.Contains(strings.Fields(a.Val), want)) {
			return true
		}
	}
	return false
}

// one returns the only element that all finds.
func (l *lab) one(n *html.Node, name, attribute string) *html.Node {
	l.t.Helper()
	found := all(n, name, attribute)
	if len(found) != 1 {
		l.t.Fatalf("%d elements <%s %s>, want 1: %s", len(found), name, attribute, text(n))
	}
	return found[0]
}

func attr(e *html.Node, key string) string {
	for _, a := range e.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// text returns the text inside n, with each run of white space as one space.
func text(n *html.Node) string {
	var b strings.Builder
	for e := range n.Descendants() {
		if e.Type == html.TextNode {
			b.WriteString(e.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// idle is a Conduct that does nothing. A test sets its status.
type idle struct {
	Conduct
	status session.Status
}

func (c *idle) Status(study.SessionID) (session.Status, <-chan struct{}) { return c.status, nil }

func (c *idle) WatchScreen(context.Context, study.SessionID) (net.Conn, error) {
	return nil, study.Refuse(study.ErrConflict, "There is no desktop at this moment.")
}

func (c *idle) DialScreen(context.Context, study.SessionID, func(tap.Event)) (net.Conn, error) {
	return nil, study.ErrConflict
}
