package visit

import (
	"context"
	"net/http"

	"github.com/gorilla/websocket"

	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/web/screen"
)

// Conduct is what these pages need of the session conductor.
type Conduct interface {
	// Start begins an attempt at the session's next trial and returns when that is on record; the
	// desktop opens meanwhile. If an attempt is in flight, Start changes nothing and returns nil,
	// so that a second press of the button makes no second attempt. It returns study.ErrConflict,
	// with a sentence, if no machine is free.
	Start(ctx context.Context, id study.SessionID) error
	// Status returns the state of the session's attempt, and a channel that is closed when that
	// state changes. The state is the zero Status if no attempt is in flight or has just ended.
	Status(id study.SessionID) (session.Status, <-chan struct{})
	// FirstPicture says that the participant sees the desktop, which starts the task's clock. Only
	// an attempt's first call counts. unseen says that the page was hidden when the desktop was
	// ready, so the time until the first picture means nothing.
	FirstPicture(ctx context.Context, id study.SessionID, unseen bool) error
	// Finish ends the running attempt because the participant says that they are done (SaidDone) or
	// gives up (GaveUp).
	Finish(ctx context.Context, id study.SessionID, o study.Outcome) error
}

// Lines are the websockets of the pages with a desktop. They are implemented by screen.Server.
type Lines interface {
	// OnLine serves one websocket of a participant's page until serve returns.
	OnLine(w http.ResponseWriter, r *http.Request, purpose string, serve func(ctx context.Context, ws *websocket.Conn, at *screen.Seat, x study.Session) error) error
	// Measured adds interactions to the pulse of a session.
	Measured(id study.SessionID, rows []study.Interaction)
}

// Config is what a Server needs.
type Config struct {
	Store   Store
	Conduct Conduct
	Leave   Leave
	Lines   Lines
	// Sender returns the address that a request came from, as limits count it.
	Sender func(*http.Request) string
	// Keyboard returns the layout of an appliance's keyboard, by its name in package keyboard; empty if that is not known.
	Keyboard func(ctx context.Context, appliance string) string
	// Previews opens desktops for previews; nil: this server opens none.
	Previews Previews
	// Mails is whether this server sends mails about appointments.
	Mails bool
	// Frozen returns a draft as it would be published now, for previews.
	Frozen func(context.Context, study.Design) (study.Design, error)
}

// Server answers the requests of participants. Build it with New.
type Server struct {
	*Door
	store    Store
	conduct  Conduct
	leave    Leave
	lines    Lines
	sender   func(*http.Request) string
	joins    joins
	probing  probing
	refusals refusals
	layout   func(ctx context.Context, appliance string) string
	frozen   func(context.Context, study.Design) (study.Design, error)
	previews Previews
	desks    previewDesks
	mails    bool
}

// New returns a server of the pages behind door.
func New(door *Door, c Config) *Server {
	if c.Previews == nil {
		c.Previews = noPreviews{}
	}
	return &Server{
		Door: door, store: c.Store, conduct: c.Conduct, leave: c.Leave, lines: c.Lines, sender: c.Sender, layout: c.Keyboard, frozen: c.Frozen,
		previews: c.Previews, mails: c.Mails,
	}
}
