package web

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"vmstudy/study"
	"vmstudy/web/relay"
)

// How many may watch one session at once, and how long one may leave unread what they asked for.
const (
	mostObservers    = 8
	observerPatience = 10 * time.Second
)

// mirrors are those that are held to desktops: one a desktop, from the first who watches it to
// the last. So what the machine has to send does not grow with those who watch.
type mirrors struct {
	dial     func(context.Context, study.SessionID) (net.Conn, error)
	patience time.Duration

	mu sync.Mutex
	of map[study.SessionID]*watched
}

// watched is a desktop that somebody watches.
type watched struct {
	observers int // guarded by mirrors.mu

	open   sync.Once
	mirror *mirror // nil until it is open; written by the one who opens it, with mirrors.mu held
	err    error   // why it could not be
}

// errCrowded is what one too many is told.
var errCrowded = study.Refuse(study.ErrConflict, "%d people watch this session already; ask one of them to leave it.", mostObservers)

// join returns a session's mirror for one more observer, who calls leave at the end.
func (m *mirrors) join(ctx context.Context, id study.SessionID) (_ *mirror, leave func(), err error) {
	m.mu.Lock()
	if m.of == nil {
		m.of = map[study.SessionID]*watched{}
	}
	w := m.of[id]
	if w != nil && w.ended() {
		w = nil // its desktop is gone, and those who watched it are about to leave
	}
	if w == nil {
		w = &watched{}
		m.of[id] = w
	}
	if w.observers == mostObservers {
		m.mu.Unlock()
		return nil, nil, errCrowded
	}
	w.observers++
	m.mu.Unlock()
	w.open.Do(func() {
		mirror, err := m.hold(ctx, id)
		m.mu.Lock()
		defer m.mu.Unlock()
		w.mirror, w.err = mirror, err
	})
	if w.err != nil {
		m.leave(id, w)
		return nil, nil, w.err
	}
	return w.mirror, func() { m.leave(id, w) }, nil
}

// hold opens a mirror, which outlives the request of the one who was first to look into it.
func (m *mirrors) hold(ctx context.Context, id study.SessionID) (*mirror, error) {
	machine, err := m.dial(ctx, id)
	if err != nil {
		return nil, err
	}
	return openMirror(ctx, machine)
}

// ended reports whether there is nothing more to be seen. The caller holds mirrors.mu.
func (w *watched) ended() bool {
	if w.mirror == nil {
		return w.err != nil
	}
	select {
	case <-w.mirror.done:
		return true
	default:
		return false
	}
}

func (m *mirrors) leave(id study.SessionID, w *watched) {
	m.mu.Lock()
	w.observers--
	last := w.observers == 0
	if last && m.of[id] == w {
		delete(m.of, id)
	}
	m.mu.Unlock()
	if last && w.mirror != nil {
		w.mirror.close()
	}
}

// showWatchedScreen shows a session's desktop to an experimenter, who can only look. The picture
// comes from the machine beyond any network, so the participant's link carries nothing of it.
func (s *Server) showWatchedScreen(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID[study.SessionID](r, "session")
	if err != nil {
		return err
	}
	if _, err := s.store.Session(r.Context(), id); err != nil {
		return err
	}
	ws, err := relay.Upgrader.Upgrade(w, r, nil)
	if err != nil {
		return nil // the upgrader has answered
	}
	defer ws.Close()
	mirror, leave, err := s.mirrors.join(r.Context(), id)
	if err != nil {
		part(ws, err) // the page shows why; an answer with a status would not reach its script
		return nil
	}
	leave = sync.OnceFunc(leave)
	defer leave()
	away := func(why error) { // others need not wait until this one reads it
		leave()
		s.logLine(r.Context(), id, "watching", why)
	}
	err = mirror.show(r.Context(), ws, s.mirrors.patience, away)
	if !errors.Is(err, errSlow) {
		s.logLine(r.Context(), id, "watching", err)
	}
	part(ws, err)
	return nil
}
