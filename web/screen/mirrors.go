package screen

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/relay"
)

// mostObservers is how many people may watch a session at once.
const mostObservers = 8

// mirrors has one mirror for each desktop that somebody watches, from the first observer to the
// last. So the machine sends its screen only once, however many people watch.
type mirrors struct {
	dial     func(context.Context, study.SessionID) (net.Conn, error)
	patience time.Duration // how long an observer may read nothing

	mu sync.Mutex
	of map[study.SessionID]*watched
}

// watched is a desktop that somebody watches.
type watched struct {
	observers int // guarded by mirrors.mu

	open   sync.Once
	mirror *mirror // nil until it is open; written once, with mirrors.mu locked
	err    error   // why the mirror could not be opened
}

// errCrowded is the answer to an observer when the desktop has mostObservers already.
var errCrowded = study.Refuse(study.ErrConflict, "%d people watch this session already; ask one of them to leave it.", mostObservers)

// join adds an observer to a session and returns the mirror. The observer must call leave at the
// end.
func (m *mirrors) join(ctx context.Context, id study.SessionID) (_ *mirror, leave func(), err error) {
	m.mu.Lock()
	if m.of == nil {
		m.of = map[study.SessionID]*watched{}
	}
	w := m.of[id]
	if w != nil && w.ended() {
		w = nil // this mirror's desktop has closed, and its observers are about to leave
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
		mirror, err := m.open(ctx, id)
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

// open opens a mirror. The mirror outlives the first observer's request.
func (m *mirrors) open(ctx context.Context, id study.SessionID) (*mirror, error) {
	machine, err := m.dial(ctx, id)
	if err != nil {
		return nil, err
	}
	return openMirror(ctx, machine)
}

// ended reports whether the mirror has nothing more to show. The caller must hold mirrors.mu.
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

// ShowWatchedScreen shows a session's desktop to an experimenter, who can only watch. The picture
// comes from the machine without the emulated network, so the participant's link does not carry it.
func (s *Server) ShowWatchedScreen(w http.ResponseWriter, r *http.Request) error {
	id, err := page.ID[study.SessionID](r, "session")
	if err != nil {
		return err
	}
	if _, err := s.Sessions.Session(r.Context(), id); err != nil {
		return err
	}
	ws, err := relay.Upgrader.Upgrade(w, r, nil)
	if err != nil {
		return nil // the upgrader has answered
	}
	defer ws.Close()
	mirror, leave, err := s.mirrors.join(r.Context(), id)
	if err != nil {
		part(ws, err) // tell the script, which could not read a status
		return nil
	}
	leave = sync.OnceFunc(leave)
	defer leave()
	away := func(why error) { // let the next observer in without waiting until this one reads the reason
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
