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
	Recordings Recordings                                 // nil: this server records nothing
	Calibrate  Calibrating                                // nil: this server calibrates no networks
	Appliances func(context.Context) ([]Appliance, error) // the installed ones, ordered by name
	// NoAppliances returns the appliances that are installed and cannot be used, each with the reason.
	// nil: there are none.
	NoAppliances func() ([]string, error)
	Traces       Traces                      // network traces; nil means those of the program
	Now          func() time.Time            // nil means time.Now
	Public       Public                      // the address under which people reach the pages
	Machines     int                         // how many machines can run at once; limits the appointments
	Log          *slog.Logger                // nil means slog.Default
	Version      string                      // of the program, shown at the foot of the pages
	Disk         func() (Disk, error)        // the disk with the data directory; nil if it is unknown
	Healthy      func(context.Context) error // returns why the server cannot do its work; nil means that it always can
	Proxies      []netip.Prefix              // addresses of reverse proxies, which say where a request came from

	// Verify reports whether hash is the hash of password. nil means password.Verify, which
	// computes in this process.
	Verify func(ctx context.Context, password, hash string) (bool, error)
}

// Appliance is an installed appliance.
type Appliance struct {
	Name  string
	Title string
	Tasks []study.Task // including practice tasks
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
	downloads chan struct{} // has one value for each export that is being sent
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
