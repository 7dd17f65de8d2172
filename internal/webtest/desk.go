package webtest

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"vmstudy/rfb/rfbtest"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/web"
	"vmstudy/web/page"
)

// Desk is a server with one participant in the middle of an attempt, at the screen of a simulated
// machine.
type Desk struct {
	T       *testing.T
	Store   *AwayStore
	Conduct *oneDesktop
	Web     *httptest.Server
	Config  web.Config
	Link    string
	Study   study.StudyID
	Session study.SessionID
	Attempt study.Attempt
	Log     syncedText
	Machine atomic.Pointer[net.Conn] // the machine's end of the newest screen connection
	Dialled atomic.Int32             // screen connections so far
	Dials   atomic.Int32             // screen connections that are open
	handler atomic.Pointer[http.Handler]
}

// NewDesk returns a desk with this machine.
func NewDesk(t *testing.T, machine *rfbtest.Server) *Desk {
	t.Helper()
	d := &Desk{T: t, Store: &AwayStore{Store: studytest.NewStore()}}
	d.Conduct = &oneDesktop{changed: make(chan struct{}), record: d.record, Dial: func(context.Context) (net.Conn, error) {
		near, far := net.Pipe()
		d.Dialled.Add(1)
		d.Dials.Add(1)
		go func() {
			defer d.Dials.Add(-1)
			_ = machine.Serve(far) // ends when the screen's line closes near
		}()
		d.Machine.Store(&far)
		return near, nil
	}}
	gone := leaving(d.Store.Store, func(study.SessionID) { d.Conduct.Change(func(st *session.Status) { *st = session.Status{} }) })
	d.Config = web.Config{Store: d.Store, Conduct: d.Conduct, Leave: gone, Log: slog.New(slog.NewTextHandler(&d.Log, &slog.HandlerOptions{Level: slog.LevelWarn}))}
	d.up()
	d.Begin()
	d.Conduct.Stands = session.Status{Attempt: d.Attempt.ID, State: study.Preparing, Progress: session.Progress{Stage: "Loading the desktop"}, Ready: true}
	return d
}

// up starts the desk's server.
func (d *Desk) up() {
	d.Serve(func(*web.Config) {})
	d.Web = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*d.handler.Load()).ServeHTTP(w, r) }))
	d.T.Cleanup(d.Web.Close)
}

// Serve replaces the server by a new one, with a configuration that change has changed.
func (d *Desk) Serve(change func(*web.Config)) {
	change(&d.Config)
	h := web.New(d.Config).Handler()
	d.handler.Store(&h)
}

// Begin brings a participant to the desktop.
func (d *Desk) Begin() { d.BeginWith(studytest.OneTrial(), false) }

// BeginWith brings a participant of a new study with this design to the desktop. recorded is
// whether they agreed to a recording.
func (d *Desk) BeginWith(design study.Design, recorded bool) {
	ctx, s, now := d.T.Context(), d.Store, time.Now()
	id, err := s.CreateStudy(ctx, 0, design, now)
	d.Must(err)
	_, err = s.Publish(ctx, id, 0, now)
	d.Must(err)
	people, err := s.AddParticipants(ctx, id, false, []string{fmt.Sprintf("abcdefghijklmnopqrstuvwxy%d", id)}, now)
	d.Must(err)
	d.Link, d.Study = people[0].Link, id
	d.Session, err = s.StartSession(ctx, people[0].ID, now)
	d.Must(err)
	d.Must(s.RecordConsent(ctx, d.Session, recorded, now))
	x, err := s.Session(ctx, d.Session)
	d.Must(err)
	d.Attempt, err = s.OpenAttempt(ctx, study.Attempt{Trial: x.Trials[0].ID, AskedAt: now})
	d.Must(err)
}

// record stores the attempt's state, as a conductor does.
func (d *Desk) record(st study.AttemptState, o study.Outcome, cause string) {
	d.Attempt.State, d.Attempt.Outcome, d.Attempt.Cause = st, o, cause
	if st == study.Running {
		d.Attempt.StartedAt = d.Attempt.AskedAt // this machine is ready at once
	}
	if err := d.Store.RecordAttempt(context.Background(), d.Attempt, time.Now(), 0); err != nil {
		d.T.Errorf("record %s: %v", st, err)
	}
}

// Must fails the test if err is not nil.
func (d *Desk) Must(err error) {
	d.T.Helper()
	if err != nil {
		d.T.Fatal(err)
	}
}

// Visit returns the path of the desk's visit.
func (d *Desk) Visit() string { return page.VisitPath(d.Session) }

// TakeSeat opens a page and returns its seat.
func (d *Desk) TakeSeat() int {
	d.T.Helper()
	n, err := d.Store.TakeSeat(d.T.Context(), d.Session, time.Now())
	d.Must(err)
	return n
}

// Dial opens a websocket of a page, as the participant's browser does.
func (d *Desk) Dial(path string) *websocket.Conn {
	d.T.Helper()
	ws, answer, err := d.TryDial(path, http.Header{"Cookie": {"visit=" + d.Link}, "Origin": {d.Web.URL}})
	if err != nil {
		d.T.Fatalf("dial %s: %v, %v", path, err, answer)
	}
	d.T.Cleanup(func() { _ = ws.Close() })
	_ = ws.SetReadDeadline(time.Now().Add(20 * time.Second)) // so that a test that waits in vain fails
	return ws
}

// TryDial opens a websocket with these headers.
func (d *Desk) TryDial(path string, h http.Header) (*websocket.Conn, *http.Response, error) {
	return websocket.DefaultDialer.DialContext(d.T.Context(), "ws"+strings.TrimPrefix(d.Web.URL, "http")+path, h)
}
