package web

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"vmstudy/rfb/rfbtest"
	"vmstudy/rfb/tap"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/studytest"
)

// desk is a server with one participant in the middle of an attempt, at the screen of a simulated
// machine.
type desk struct {
	t       *testing.T
	store   *awayStore
	conduct *oneDesktop
	web     *httptest.Server
	server  *Server
	config  Config
	link    string
	study   study.StudyID
	session study.SessionID
	attempt study.Attempt
	log     syncedText
	machine atomic.Pointer[net.Conn] // the machine's end of the newest screen connection
}

// awayStore is a store that a test can make unreachable.
type awayStore struct {
	*studytest.Store
	mu    sync.Mutex
	away  error
	saves int // number of calls of SaveBatch, including failed ones
}

func (s *awayStore) setAway(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away = err
}

func (s *awayStore) SaveBatch(ctx context.Context, b study.Batch) error {
	s.mu.Lock()
	s.saves++
	away := s.away
	s.mu.Unlock()
	if away != nil {
		return away
	}
	return s.Store.SaveBatch(ctx, b)
}

// syncedText is a log that tests can read while it is written.
type syncedText struct {
	mu sync.Mutex
	b  strings.Builder
}

func (s *syncedText) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncedText) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// oneDesktop conducts one attempt. dial connects to the screen of its machine.
type oneDesktop struct {
	dial   func(context.Context) (net.Conn, error)
	record func(study.AttemptState, study.Outcome) // stores the new state

	mu       sync.Mutex
	status   session.Status
	changed  chan struct{}
	pictures int
	unseen   bool // as in the last call of FirstPicture
}

func (c *oneDesktop) Start(context.Context, study.SessionID) error { return nil }

func (c *oneDesktop) Status(study.SessionID) (session.Status, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.status, c.changed
}

func (c *oneDesktop) change(do func(*session.Status)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	do(&c.status)
	close(c.changed)
	c.changed = make(chan struct{})
}

func (c *oneDesktop) DialScreen(ctx context.Context, _ study.SessionID, observe func(tap.Event)) (net.Conn, error) {
	conn, err := c.dial(ctx)
	if err != nil {
		return nil, err
	}
	return tap.New(conn, time.Now, observe), nil
}

func (c *oneDesktop) FirstPicture(_ context.Context, _ study.SessionID, unseen bool) error {
	c.change(func(st *session.Status) {
		c.pictures++
		c.unseen = unseen
		c.record(study.Running, "")
		st.State, st.Stage = study.Running, ""
		st.Deadline = time.Now().Add(time.Minute)
	})
	return nil
}

// seen returns how often FirstPicture was called, and unseen of the last call.
func (c *oneDesktop) seen() (pictures int, unseen bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pictures, c.unseen
}

func (c *oneDesktop) WatchScreen(ctx context.Context, _ study.SessionID) (net.Conn, error) {
	return c.dial(ctx)
}

func (c *oneDesktop) Extend(_ context.Context, _ study.SessionID, by time.Duration) error {
	c.change(func(st *session.Status) { st.Deadline = st.Deadline.Add(by) })
	return nil
}

func (c *oneDesktop) End(context.Context, study.SessionID, string) error {
	c.record(study.Finished, study.EndedByExperimenter)
	c.change(func(st *session.Status) { st.State, st.Outcome = study.Finished, study.EndedByExperimenter })
	return nil
}

func (c *oneDesktop) Finish(_ context.Context, _ study.SessionID, o study.Outcome) error {
	c.record(study.Finished, o)
	c.change(func(st *session.Status) { st.State, st.Outcome = study.Finished, o })
	return nil
}

// newDesk returns a desk with this machine.
func newDesk(t *testing.T, machine *rfbtest.Server) *desk {
	t.Helper()
	d := &desk{t: t, store: &awayStore{Store: studytest.NewStore()}}
	d.conduct = &oneDesktop{changed: make(chan struct{}), record: d.record, dial: func(context.Context) (net.Conn, error) {
		near, far := net.Pipe()
		go func() { _ = machine.Serve(far) }() // ends when the screen's line closes near
		d.machine.Store(&far)
		return near, nil
	}}
	d.config = Config{Store: d.store, Conduct: d.conduct, Log: slog.New(slog.NewTextHandler(&d.log, &slog.HandlerOptions{Level: slog.LevelWarn}))}
	d.server = New(d.config)
	d.web = httptest.NewServer(d.server.Handler())
	t.Cleanup(d.web.Close)
	d.begin()
	d.conduct.status = session.Status{Attempt: d.attempt.ID, State: study.Preparing, Progress: session.Progress{Stage: "Loading the desktop"}, Ready: true}
	return d
}

// begin brings a participant to the desktop.
func (d *desk) begin() { d.beginWith(studytest.OneTrial(), false) }

// beginWith brings a participant of a new study with this design to the desktop. recorded is
// whether they agreed to a recording.
func (d *desk) beginWith(design study.Design, recorded bool) {
	ctx, s, now := d.t.Context(), d.store, time.Now()
	id, err := s.CreateStudy(ctx, 0, design, now)
	d.must(err)
	_, err = s.Publish(ctx, id, 0, now)
	d.must(err)
	people, err := s.AddParticipants(ctx, id, false, []string{fmt.Sprintf("abcdefghijklmnopqrstuvwxy%d", id)}, now)
	d.must(err)
	d.link, d.study = people[0].Link, id
	d.session, err = s.StartSession(ctx, people[0].ID, now)
	d.must(err)
	d.must(s.RecordConsent(ctx, d.session, recorded, now))
	x, err := s.Session(ctx, d.session)
	d.must(err)
	d.attempt, err = s.OpenAttempt(ctx, study.Attempt{Trial: x.Trials[0].ID, AskedAt: now})
	d.must(err)
}

// record stores the attempt's state, as a conductor does.
func (d *desk) record(st study.AttemptState, o study.Outcome) {
	d.attempt.State, d.attempt.Outcome = st, o
	if st == study.Running {
		d.attempt.StartedAt = d.attempt.AskedAt // this machine is ready at once
	}
	if err := d.store.RecordAttempt(context.Background(), d.attempt, time.Now(), 0); err != nil {
		d.t.Errorf("record %s: %v", st, err)
	}
}

func (d *desk) must(err error) {
	d.t.Helper()
	if err != nil {
		d.t.Fatal(err)
	}
}

// visit returns the path of the desk's visit.
func (d *desk) visit() string { return visitPath(d.session) }

// takeSeat opens a page and returns its seat.
func (d *desk) takeSeat() int {
	d.t.Helper()
	n, err := d.store.TakeSeat(d.t.Context(), d.session, time.Now())
	d.must(err)
	return n
}

// dial opens a websocket of a page, as the participant's browser does.
func (d *desk) dial(path string) *websocket.Conn {
	d.t.Helper()
	ws, answer, err := d.tryDial(path, http.Header{"Cookie": {"visit=" + d.link}, "Origin": {d.web.URL}})
	if err != nil {
		d.t.Fatalf("dial %s: %v, %v", path, err, answer)
	}
	d.t.Cleanup(func() { _ = ws.Close() })
	_ = ws.SetReadDeadline(time.Now().Add(20 * time.Second)) // so that a test that waits in vain fails
	return ws
}

func (d *desk) tryDial(path string, h http.Header) (*websocket.Conn, *http.Response, error) {
	return websocket.DefaultDialer.DialContext(d.t.Context(), "ws"+strings.TrimPrefix(d.web.URL, "http")+path, h)
}

// eventually waits until ok returns true.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	limit, tick := time.After(time.Minute), time.NewTicker(5*time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-limit:
			t.Fatalf("waited in vain: %s", what)
		case <-tick.C:
		}
	}
}
