package screen

import (
	"context"
	"net"
	"net/http"
	"time"

	"vmstudy/analysis/stat"
	"vmstudy/rfb/tap"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/web/page"
)

// Desktops are the desktops that are open.
type Desktops interface {
	// DialScreen connects to the desktop's screen by the condition's access method and network.
	// observe receives the tap events of the machine's end, from one goroutine at a time.
	// DialScreen returns study.ErrConflict if there is no desktop, or not yet.
	DialScreen(ctx context.Context, id study.SessionID, observe func(tap.Event)) (net.Conn, error)
	// WatchScreen connects to the desktop's screen without the emulated network, for somebody who
	// only watches; the caller must not send input. It returns study.ErrConflict if there is no
	// desktop, or not yet.
	WatchScreen(ctx context.Context, id study.SessionID) (net.Conn, error)
	// Status returns the state of the session's attempt, and a channel that is closed when that
	// state changes. The state is the zero Status if no attempt is in flight or has just ended.
	Status(id study.SessionID) (session.Status, <-chan struct{})
}

// SessionStore has the sessions of participants.
type SessionStore interface {
	// Session returns a session, or study.ErrNotFound.
	Session(ctx context.Context, id study.SessionID) (study.Session, error)
}

// Recorder records what passes on connections to screens. It is implemented by record.Library.
type Recorder interface {
	// Record returns a connection that behaves as conn while the recorder of an attempt records
	// what passes. It does not wait and does not fail, because a trial is worth more than its
	// recording. keys says whether to record which keys were pressed.
	Record(ctx context.Context, a study.AttemptID, keys bool, conn net.Conn) net.Conn
}

// Config is what a Server needs.
type Config struct {
	Desktops Desktops
	Sessions SessionStore
	Recorder Recorder
	// Visitor returns the session of the participant whose browser sent a request, or ErrStranger.
	Visitor  func(*http.Request) (study.Session, error)
	Patience time.Duration // how long an observer may read nothing
}

// Server carries screens to browsers. Build it with New.
type Server struct {
	*page.Site
	Config
	seats   *seats
	pulses  *pulses
	thumbs  *thumbnails
	mirrors *mirrors
}

// New returns a server of c.
func New(site *page.Site, c Config) *Server {
	return &Server{
		Site: site, Config: c, seats: newSeats(), pulses: newPulses(),
		thumbs:  &thumbnails{now: site.Now, dial: c.Desktops.WatchScreen},
		mirrors: &mirrors{dial: c.Desktops.WatchScreen, patience: c.Patience},
	}
}

// Open reports whether a participant's page with the desktop of a session is connected.
func (s *Server) Open(id study.SessionID) bool { return s.seats.open(id) }

// Note sends a note to the page that may act in a session. It returns false if there is no such
// page, or if too many notes wait for it.
func (s *Server) Note(id study.SessionID, text string) bool {
	return s.seats.note(id, NoteMessage{Type: "note", Text: text})
}

// Recheck ends the lines of a session whose participant is not admitted any more, because their personal link was revoked.
func (s *Server) Recheck(id study.SessionID) { s.seats.recheck(id) }

// Measured adds interactions to the pulse of a session.
func (s *Server) Measured(id study.SessionID, rows []study.Interaction) {
	s.pulses.measured(id, rows)
}

// Pulse returns the latest response times in the attempt that began at since, and the time of its
// last input (zero if there was none). It leaves out earlier inputs, which belong to another trial.
// If since is zero, the attempt has not begun, and the results are zero.
func (s *Server) Pulse(id study.SessionID, since, now time.Time) (stat.ResponseTimes, time.Time) {
	return s.pulses.look(id, since, now)
}
