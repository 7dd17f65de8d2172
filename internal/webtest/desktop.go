package webtest

import (
	"context"
	"net"
	"strings"
	"sync"
	"time"

	"vmstudy/rfb/tap"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/studytest"
)

// AwayStore is a store that a test can make unreachable.
type AwayStore struct {
	*studytest.Store
	mu    sync.Mutex
	away  error
	saves int // number of calls of SaveBatch, including failed ones
}

// SetAway makes the store unreachable, with this error; nil brings it back.
func (s *AwayStore) SetAway(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away = err
}

func (s *AwayStore) SaveBatch(ctx context.Context, b study.Batch) error {
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
	Dial   func(context.Context) (net.Conn, error)
	record func(study.AttemptState, study.Outcome, string) // stores the new state, and why

	mu       sync.Mutex
	Stands   session.Status
	changed  chan struct{}
	pictures int
	unseen   bool // as in the last call of FirstPicture
}

func (c *oneDesktop) Start(context.Context, study.SessionID) error { return nil }

func (c *oneDesktop) Status(study.SessionID) (session.Status, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.Stands, c.changed
}

// Change changes the attempt's status, and tells those who wait for a change.
func (c *oneDesktop) Change(do func(*session.Status)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	do(&c.Stands)
	close(c.changed)
	c.changed = make(chan struct{})
}

func (c *oneDesktop) DialScreen(ctx context.Context, _ study.SessionID, observe func(tap.Event)) (net.Conn, error) {
	conn, err := c.Dial(ctx)
	if err != nil {
		return nil, err
	}
	return tap.New(conn, time.Now, observe), nil
}

func (c *oneDesktop) FirstPicture(_ context.Context, _ study.SessionID, unseen bool) error {
	c.Change(func(st *session.Status) {
		c.pictures++
		c.unseen = unseen
		c.record(study.Running, "", "")
		st.State, st.Stage = study.Running, ""
		st.Deadline = time.Now().Add(time.Minute)
	})
	return nil
}

// Seen returns how often FirstPicture was called, and unseen of the last call.
func (c *oneDesktop) Seen() (pictures int, unseen bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pictures, c.unseen
}

func (c *oneDesktop) WatchScreen(ctx context.Context, _ study.SessionID) (net.Conn, error) {
	return c.Dial(ctx)
}

func (c *oneDesktop) Extend(_ context.Context, _ study.SessionID, by time.Duration) error {
	c.Change(func(st *session.Status) { st.Deadline = st.Deadline.Add(by) })
	return nil
}

func (c *oneDesktop) Move(context.Context, study.SessionID, study.Network) error {
	return study.Refuse(study.ErrConflict, "This desktop moves nowhere.")
}

func (c *oneDesktop) End(context.Context, study.SessionID, string) error {
	c.record(study.Finished, study.EndedByExperimenter, "")
	c.Change(func(st *session.Status) { st.State = study.Finished })
	return nil
}

func (c *oneDesktop) Finish(_ context.Context, _ study.SessionID, o study.Outcome) error {
	c.record(study.Finished, o, "")
	c.Change(func(st *session.Status) { st.State = study.Finished })
	return nil
}

// Fail ends the attempt because its machine failed. It is forgotten at once, as a conductor does.
func (c *oneDesktop) Fail(cause string) {
	c.record(study.Failed, "", cause)
	c.Change(func(st *session.Status) { *st = session.Status{} })
}
