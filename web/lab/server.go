package lab

import (
	"context"
	"io"
	"time"

	"vmstudy/analysis"
	"vmstudy/analysis/stat"
	"vmstudy/session"
	"vmstudy/study"
	"vmstudy/web/page"
)

// Config is what a Server needs.
type Config struct {
	Store      Store
	Conduct    Conduct
	Leave      Leave
	Desks      Desks
	Results    Results
	Recordings Recordings
	Calibrate  Calibrating
	Simulate   Simulate
	Appliances func(context.Context) ([]Appliance, error) // the installed ones, ordered by name
	// NoAppliances returns the appliances that are installed and cannot be used, each with the reason.
	NoAppliances func() ([]string, error)
	// Rehearsals returns the traces by which an appliance is streamed, by name.
	Rehearsals func(appliance string) ([]study.TraceFile, error)
	Traces     Traces
	Mails      bool                 // whether this server sends mails about appointments
	Machines   int                  // how many machines can run at once; limits the appointments
	Disk       func() (Disk, error) // the disk with the data directory
}

// Appliance is an installed appliance.
type Appliance struct {
	Name     string
	Title    string
	Keyboard string       // the layout of its keyboard, by its name in package keyboard; empty if that is not known
	Content  string       // identity of its content, see study.Guest; empty if it is not known, and then no version names it
	Tasks    []study.Task // including practice tasks
}

// Conduct is what experimenters can do with sessions that are going on.
type Conduct interface {
	// Status returns the state of the session's attempt, and a channel that is closed when that
	// state changes. The state is the zero Status if no attempt is in flight or has just ended.
	Status(id study.SessionID) (session.Status, <-chan struct{})
	// Extend gives the running task more time. It returns study.ErrConflict, with a sentence, if no
	// task runs, and study.ErrInvalid if by is too long.
	Extend(ctx context.Context, id study.SessionID, by time.Duration) error
	// Move lets the machine of the desktop go on at another host. It returns study.ErrConflict, with a sentence, if it cannot.
	Move(ctx context.Context, id study.SessionID, between study.Network) error
	// End ends the attempt in flight and returns when that is on record.
	End(ctx context.Context, id study.SessionID, why string) error
}

// Leave lets participants leave a study. It is implemented by session.Leaving.
type Leave interface {
	// Withdraw records that p takes no part any more, ends their desktop and, if w says so, erases what they gave. It returns
	// when all of that is done.
	Withdraw(ctx context.Context, p study.Participant, w study.Withdrawal) error
}

// Desks are the pages on which participants have a desktop.
type Desks interface {
	// Open reports whether a session's page is connected.
	Open(id study.SessionID) bool
	// Note shows a note on a session's page. It returns false if there is no such page, or if too many notes wait for it.
	Note(id study.SessionID, text string) bool
	// Recheck ends what connects a session's page, if its participant is not admitted any more.
	Recheck(id study.SessionID)
	// Pulse returns the latest response times in the attempt that began at since, and the time of its last input (zero if
	// there was none).
	Pulse(id study.SessionID, since, now time.Time) (stat.ResponseTimes, time.Time)
}

// Results finds what a study has recorded, for the people who analyse it.
type Results interface {
	// Find describes the data that f chooses by the conditions of v; see analysis.Find.
	Find(ctx context.Context, f analysis.Filter, v study.Version) (analysis.Results, error)
	// Versions returns the versions of a study with what was done in each, the oldest first.
	Versions(ctx context.Context, f analysis.Filter) ([]analysis.Published, error)
	// Export writes the data that f chooses to w while it reads them; see analysis.Export.
	Export(ctx context.Context, f analysis.Filter, w io.Writer) error
}

// Server answers the requests of experimenters. Build it with New.
type Server struct {
	*page.Site
	Config
	downloads chan struct{} // has one value for each export that is being sent
	fits      *fits
	sheets    sheets

	simulating chan struct{} // has a value while power is simulated
}

// New returns a server of c.
func New(site *page.Site, c Config) *Server {
	c.Results = rationed{c.Results, make(chan struct{}, mostFindings)}
	return &Server{Site: site, Config: c, downloads: make(chan struct{}, mostDownloads), fits: newFits(), simulating: make(chan struct{}, 1)}
}
