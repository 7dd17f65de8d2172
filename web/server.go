package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"

	"vmstudy/analysis/model"
	"vmstudy/netem"
	"vmstudy/study"
	"vmstudy/web/api"
	"vmstudy/web/lab"
	"vmstudy/web/page"
	"vmstudy/web/password"
	"vmstudy/web/screen"
	"vmstudy/web/signin"
	"vmstudy/web/visit"
)

// Config is what a Server needs.
type Config struct {
	Store      Store
	Conduct    Conduct
	Leave      visit.Leave    // lets participants leave
	Previews   visit.Previews // opens desktops for previews; nil: there are none
	Results    lab.Results
	Recordings Recordings                                     // nil: this server records nothing
	Calibrate  lab.Calibrating                                // nil: this server calibrates no networks
	Appliances func(context.Context) ([]lab.Appliance, error) // the installed ones, ordered by name
	// NoAppliances returns the appliances that are installed and cannot be used, each with the reason.
	// nil: there are none.
	NoAppliances func() ([]string, error)
	// Rehearsals returns the traces by which an appliance is streamed, by name. nil: there are none.
	Rehearsals func(appliance string) ([]study.TraceFile, error)
	Traces     lab.Traces               // network traces; nil means those of the program
	Now        func() time.Time         // nil means time.Now
	Public     page.Public              // the address under which people reach the pages
	Machines   int                      // how many machines can run at once; limits the appointments
	Log        *slog.Logger             // nil means slog.Default
	Patience   time.Duration            // how long an observer of a screen may read nothing; 0 means 10 s
	Version    string                   // of the program, shown at the foot of the pages
	Disk       func() (lab.Disk, error) // the disk with the data directory; nil if it is unknown
	Checks     []Check                  // what /healthz and /readyz ask
	Observe    func(page.Served)        // is told of every request that was answered; nil: nobody
	Proxies    []netip.Prefix           // addresses of reverse proxies, which say where a request came from

	Mails bool // whether mails about appointments are sent

	SecondFactor bool // whether everybody who signs in needs a second factor

	// Simulate finds the power of a planned comparison. nil means model.Power, which computes in this process.
	Simulate lab.Simulate

	// Verify reports whether hash is the hash of password. nil means password.Verify, which
	// computes in this process.
	Verify func(ctx context.Context, password, hash string) (bool, error)
	// Hash returns the hash of a new password. nil means password.Hash, which computes in this process, too.
	Hash func(ctx context.Context, password string) (string, error)
}

// Store is everything that the pages store and read. Each room says what it needs of it.
type Store interface {
	signin.Accounts
	lab.Store
	visit.Store
}

// Conduct is what the pages need of the session conductor.
type Conduct interface {
	lab.Conduct
	visit.Conduct
	screen.Desktops
}

// Recordings writes, reads and deletes the files of recorded screens. It is implemented by record.Library.
type Recordings interface {
	lab.Recordings
	screen.Recorder
}

// Server answers requests. Build it with New.
type Server struct {
	*page.Site
	store   Store
	checks  []Check
	needs   map[string]study.Right // what each route of the lab needs, by method and pattern
	studyOf sync.Map               // the study of each session that was asked for; it never changes
	signIn  *signin.Server
	lab     *lab.Server
	api     *api.Server
	visits  *visit.Server
	screens *screen.Server
}

// New returns a server of c.
func New(c Config) *Server {
	c = c.complete()
	site := &page.Site{Now: c.Now, Log: c.Log, Version: c.Version, Public: c.Public, Observe: c.Observe}
	door := visit.NewDoor(site, c.Store)
	screens := screen.New(site, screen.Config{
		Desktops: c.Conduct, Sessions: c.Store, Recorder: c.Recordings, Visitor: door.Visitor, Patience: c.Patience,
	})
	experimenters := lab.New(site, lab.Config{
		Store: c.Store, Conduct: c.Conduct, Leave: c.Leave, Desks: screens, Results: c.Results, Recordings: c.Recordings, Calibrate: c.Calibrate,
		Appliances: c.Appliances, NoAppliances: c.NoAppliances, Rehearsals: c.Rehearsals, Traces: c.Traces, Machines: c.Machines, Mails: c.Mails, Disk: c.Disk, Simulate: c.Simulate,
	})
	signIn := signin.New(site, signin.Config{Accounts: c.Store, Verify: c.Verify, Hash: c.Hash, Proxies: c.Proxies, Required: c.SecondFactor})
	return &Server{
		needs: map[string]study.Right{},
		Site:  site, store: c.Store, checks: c.Checks, screens: screens,
		signIn: signIn,
		lab:    experimenters,
		api:    api.New(site, experimenters),
		visits: visit.New(door, visit.Config{Store: c.Store, Conduct: c.Conduct, Leave: c.Leave, Lines: screens, Previews: c.Previews, Keyboard: c.keyboard, Frozen: experimenters.Frozen, Sender: signIn.Address, Mails: c.Mails}),
	}
}

// keyboard returns the layout of an appliance's keyboard; empty if it is not known.
func (c Config) keyboard(ctx context.Context, appliance string) string {
	if c.Appliances == nil {
		return ""
	}
	all, err := c.Appliances(ctx)
	if err != nil {
		return "" // then nothing is said of signs that are missing; it is found out anew when the desktop opens
	}
	i := slices.IndexFunc(all, func(a lab.Appliance) bool { return a.Name == appliance })
	if i < 0 {
		return ""
	}
	return all[i].Keyboard
}

// complete puts in what the zero values of c mean.
func (c Config) complete() Config {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Traces == nil {
		c.Traces = (*netem.Traces)(nil)
	}
	if c.Recordings == nil {
		c.Recordings = noRecordings{}
	}
	if c.Calibrate == nil {
		c.Calibrate = noCalibrating{}
	}
	if c.NoAppliances == nil {
		c.NoAppliances = func() ([]string, error) { return nil, nil }
	}
	if c.Rehearsals == nil {
		c.Rehearsals = func(string) ([]study.TraceFile, error) { return nil, nil }
	}
	if c.Disk == nil {
		c.Disk = func() (lab.Disk, error) { return lab.Disk{}, nil }
	}
	if c.Patience == 0 {
		c.Patience = 10 * time.Second
	}
	if c.Simulate == nil {
		c.Simulate = model.Power
	}
	if c.Verify == nil {
		c.Verify = func(_ context.Context, typed, hash string) (bool, error) { return password.Verify(typed, hash) }
	}
	if c.Hash == nil {
		c.Hash = func(_ context.Context, chosen string) (string, error) { return password.Hash(chosen), nil }
	}
	return c
}

// Handler returns the whole web app.
func (s *Server) Handler() http.Handler { return s.routes() }
