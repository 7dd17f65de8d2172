package web

import (
	"context"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"vmstudy/netem"
	"vmstudy/study"
	"vmstudy/web/password"
)

// Config is what a Server needs.
type Config struct {
	Store      Store
	Conduct    Conduct
	Results    Results
	Recordings Recordings                                 // nil: nothing is recorded
	Calibrate  Calibrating                                // nil: networks are not measured here
	Appliances func(context.Context) ([]Appliance, error) // the installed ones, by name
	// NoAppliances names what lies among them and cannot be used, with the reasons. nil: nothing does.
	NoAppliances func() ([]string, error)
	Traces       Traces                      // of bandwidth; nil means those of the program
	Now          func() time.Time            // nil means time.Now
	Public       Public                      // where people reach the pages
	Machines     int                         // how many machines fit at once; bounds the appointments
	Log          *slog.Logger                // nil means slog.Default
	Version      string                      // of the program, shown at the foot of pages
	Disk         func() (Disk, error)        // the room where the data lies; nil if nobody knows
	Healthy      func(context.Context) error // why the server cannot do its work; nil if nothing can be wrong
	Proxies      []netip.Prefix              // of reverse proxies before us, which say where a request came from

	// Verify reports whether a password is the one that was hashed; nil computes it in this process.
	Verify func(ctx context.Context, password, hash string) (bool, error)
}

// Appliance is an installed virtual machine that desktops can be made from.
type Appliance struct {
	Name  string
	Title string
	Tasks []study.Task // those for practice included
}

// Server answers requests. Build it with New.
type Server struct {
	store      Store
	conduct    Conduct
	results    Results
	recordings Recordings

	calibrating Calibrating

	appliances   func(context.Context) ([]Appliance, error)
	noAppliances func() ([]string, error)

	traces    Traces
	now       func() time.Time
	public    Public
	machines  int
	log       *slog.Logger
	version   string
	proxies   []netip.Prefix
	tries     *tries
	logins    *logins
	seats     *seats
	pulses    *pulses
	thumbs    *thumbnails
	mirrors   *mirrors
	disk      func() (Disk, error)
	healthy   func(context.Context) error
	downloads chan struct{} // holds a value for each export that is being sent
}

// New returns a server of c.
func New(c Config) *Server {
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
	if c.Disk == nil {
		c.Disk = func() (Disk, error) { return Disk{}, nil }
	}
	if c.Healthy == nil {
		c.Healthy = func(context.Context) error { return nil }
	}
	if c.Verify == nil {
		c.Verify = func(_ context.Context, typed, hash string) (bool, error) { return password.Verify(typed, hash) }
	}
	return &Server{
		store: c.Store, conduct: c.Conduct, results: c.Results, recordings: c.Recordings, calibrating: c.Calibrate, appliances: c.Appliances, noAppliances: c.NoAppliances, traces: c.Traces, now: c.Now,
		public: c.Public, machines: c.Machines, log: c.Log, version: c.Version,
		proxies: c.Proxies, tries: newTries(c.Verify), logins: newLogins(), seats: newSeats(), pulses: newPulses(), disk: c.Disk, healthy: c.Healthy, downloads: make(chan struct{}, mostDownloads),
		thumbs:  &thumbnails{now: c.Now, dial: c.Conduct.WatchScreen},
		mirrors: &mirrors{dial: c.Conduct.WatchScreen, patience: observerPatience},
	}
}

// Handler returns the whole web app.
func (s *Server) Handler() http.Handler { return s.routes() }
