package session

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"vmstudy/keyboard"
	"vmstudy/netem"
	"vmstudy/relocate/pages"
	"vmstudy/rfb/tap"
	"vmstudy/stream"
	"vmstudy/stream/forecast"
	"vmstudy/stream/plan"
	"vmstudy/study"
	"vmstudy/vmhost"
	"vmstudy/vmhost/display"
)

// Lab opens real desktops: machines of its host, reached over links that it makes.
type Lab struct {
	Host      *vmhost.Host
	Appliance func(name string) (vmhost.Appliance, error)
	NewLink   func(name string, n study.Network, seed uint64) (netem.Link, study.LinkWay, error)
	RunDir    string        // for mounts and fetched pages; each desktop removes its files when it closes
	TracesDir string        // for traces of sessions; empty: none are written
	StoreDir  string        // the store from which origins serve packed appliances; empty: they serve the appliances' files
	Cache     stream.Cache  // the near cache, for warm streams; may be nil
	Patience  time.Duration // how long a stream waits for a far end that does not answer; 0 means a minute
	Knowledge time.Duration // how long a guest that is to move may take to say what it uses its memory for; 0 means two seconds
}

// probes is how many round trips are measured before a desktop opens: enough for a 95th
// percentile, in about two seconds at a round-trip time of 120 ms.
const probes = 20

// Ports at the far end of a link.
const (
	screenPort = 5900 // RFB, RFC 6143 section 4
	originPort = 7000
)

// opening is a desktop while it is being made.
type opening struct {
	lab        *Lab
	request    Request
	tell       func(Progress)
	app        vmhost.Appliance
	files      vmhost.Files
	link       netem.Link
	repertoire repertoire // by which it is streamed
	bundle     string     // the name of the one that the origin offers; empty if it offers none
	near       *stream.Near
	machine    *vmhost.Machine
	desktop    *desktop

	content string       // the identity of what the origin serves
	group   int          // of what is being made; see unwinding
	left    *vmhost.Left // what the origin serves instead of the appliance; nil unless a machine goes on that has left its host
	known   pages.Map    // what the guest used its memory for when it left
}

// onClose registers do, which closes what was just made.
func (o *opening) onClose(what string, do func(context.Context) error) {
	o.desktop.unwinding.add(o.group, what, do)
}

// step is one part of opening a desktop. It registers with onClose how to close what it has made.
type step struct {
	name  string // for the log
	stage string // for the person who waits
	do    func(*opening, context.Context) error
}

// The stages that the waiting participant reads, in this order; an earlier stage never comes back. Participants
// must not learn the condition, so the stages differ between access methods only where bytes arrive.
const (
	preparing = "Preparing the desktop"
	LoadStage = "Loading the desktop" // from the connection of a stream's near end until the machine runs
	starting  = "Starting the desktop"
	moreStage = "Loading more of the desktop" // while the running machine is held
)

// steps lists the steps of opening a desktop, for each access method. The log, the waiting page and
// the tests all use this list.
var steps = map[study.AccessMethod][]step{
	study.VNC: {
		{"make the link", preparing, (*opening).makeLink},
		{"probe the link", preparing, (*opening).probe},
		{"resume the machine", preparing, (*opening).resume},
		{"expose the screen", preparing, (*opening).expose},
		{"begin the task", starting, (*opening).begin},
	},
	study.Stream: {
		{"make the link", preparing, (*opening).makeLink},
		{"probe the link", preparing, (*opening).probe},
		{"serve the origin", preparing, (*opening).serveOrigin},
		{"connect", LoadStage, (*opening).connect},
		{"mount", LoadStage, (*opening).mount},
		{"resume the machine", LoadStage, (*opening).resume},
		{"begin the task", starting, (*opening).begin},
	},
	study.Local: {
		{"resume the machine", preparing, (*opening).resume},
		{"begin the task", starting, (*opening).begin},
	},
}

// Admit refuses a request whose appliance is missing or cannot run here, or if there is no room for its
// machine.
func (l *Lab) Admit(ctx context.Context, r Request) error {
	app, err := l.Appliance(r.Appliance)
	if err != nil {
		return err
	}
	if err := admitPicture(r.Condition.Access, l.Host.Display() == vmhost.DBus); err != nil {
		return err
	}
	if err := l.Host.Check(ctx, app); err != nil {
		return err
	}
	return l.Host.Room(app)
}

// Open makes the desktop of r, step by step; see Opener.
func (l *Lab) Open(ctx context.Context, r Request, tell func(Progress)) (Desktop, error) {
	app, err := l.Appliance(r.Appliance)
	if err != nil {
		return nil, err
	}
	if r.Unkept {
		own := *l
		own.TracesDir, own.Cache = "", nil
		l = &own
	}
	o := &opening{lab: l, request: r, app: app, files: app.LocalFiles(), content: app.Content(), desktop: newDesktop(app, tell), group: 1}
	o.tell = o.desktop.tell
	if r.Condition.Method.Networked() {
		o.desktop.report.Set = r.Condition.Network.Network
	}
	for _, s := range steps[r.Condition.Method] {
		o.tell(Progress{Stage: s.stage})
		if err := s.do(o, ctx); err != nil {
			closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeLimit)
			defer cancel()
			if closeErr := o.desktop.Close(closing); closeErr != nil {
				err = fmt.Errorf("%w (and then closing: %w)", err, closeErr)
			}
			return nil, fmt.Errorf("%s: %s: %w", r.Condition.Code(), s.name, err)
		}
	}
	o.desktop.watch(o.machine, o.near, r.Condition.Task.ID)
	o.desktop.holdWhenNeeded(o.machine, o.near)
	return o.desktop, nil
}

// makeLink makes the emulated network between the participant and the far end.
func (o *opening) makeLink(context.Context) error {
	n := o.request.Condition.Network.Network
	link, way, err := o.lab.NewLink(o.request.Name, n, o.request.Seed)
	if err != nil {
		return fmt.Errorf("making the link: %w", err)
	}
	o.link, o.desktop.link, o.desktop.way = link, link, way
	o.desktop.onClose("link", func(context.Context) error { return link.Close() })
	o.desktop.meter = newMeter(link)
	o.desktop.watching.Go(func() { o.desktop.meter.run(o.desktop.closing) })
	if err := o.desktop.delaySchedule(n); err != nil {
		return err
	}
	o.desktop.tellLink(o.request)
	return nil
}

// probe measures the round-trip times of the link before it carries other traffic.
func (o *opening) probe(ctx context.Context) error {
	measured, err := netem.Probe(ctx, o.link, probes)
	if err != nil {
		return fmt.Errorf("probing the link: %w", err)
	}
	o.desktop.report.Measured = measured
	return nil
}

// resume starts the machine from o.files, which are local or on the mount of a stream.
func (o *opening) resume(ctx context.Context) error {
	if err := o.resumeMachine(ctx); err != nil {
		return err
	}
	o.desktop.dial = o.desktop.dialMachine(o.request)
	facts := o.machine.Facts()
	of := &o.desktop.report.Desktop
	of.Accelerator, of.QEMU, of.Display, of.Keyboard = facts.Accelerator, facts.QEMU, facts.Display, facts.Keyboard
	return nil
}

// resumeMachine makes the desktop run in a machine that starts from o.files.
func (o *opening) resumeMachine(ctx context.Context) error {
	m, err := o.lab.Host.Resume(ctx, o.app, o.files)
	if err != nil {
		return err
	}
	o.machine = m
	o.desktop.runIn(m, o.group)
	o.onClose("machine", m.Close)
	return nil
}

// begin tells the guest which task begins. From then on the guest checks whether the task is complete.
func (o *opening) begin(ctx context.Context) error {
	if err := o.machine.Begin(ctx, o.request.Condition.Task); err != nil {
		return fmt.Errorf("beginning task %s: %w", o.request.Condition.Task.ID, err)
	}
	o.desktop.mu.Lock()
	o.desktop.report.Desktop.Ready = time.Since(o.desktop.asked)
	o.desktop.mu.Unlock()
	return nil
}

// desktop is the Desktop that Lab makes: a machine with its link and its stream.
type desktop struct {
	asked     time.Time
	app       vmhost.Appliance
	link      netem.Link // nil for the local method
	way       study.LinkWay
	meter     *meter // of link
	near      *stream.Near
	dial      func(context.Context, func(tap.Event)) (net.Conn, error)
	shown     shown
	completed chan struct{}
	lost      chan struct{}
	closing   chan struct{}
	ends      struct{ completed, lost, closing sync.Once } // for closing these channels
	unwinding *unwinding
	watching  sync.WaitGroup
	moving    chan struct{} // has room for one, and is full while the machine moves to another host or d closes
	groups    int           // of unwinding, so far; guarded by moving

	telling sync.Mutex
	listen  func(Progress)

	mu      sync.Mutex
	machine *vmhost.Machine // in which the desktop runs; nil before the first
	stay    int             // the group of unwinding that this machine belongs to
	away    chan struct{}   // closed when the desktop runs in another machine
	coming  []*stream.Near  // by which what the machine has left comes, of each move of which not all is here
	lastly  *lastly         // nil unless a streamed machine has left
	report  Report
	before  plan.Stats // as it was when the machine began to run
}

func newDesktop(app vmhost.Appliance, tell func(Progress)) *desktop {
	d := &desktop{
		asked:     time.Now(),
		app:       app,
		completed: make(chan struct{}),
		lost:      make(chan struct{}),
		closing:   make(chan struct{}),
		unwinding: newUnwinding(),
		moving:    make(chan struct{}, 1),
		groups:    1,
		stay:      1,
		away:      make(chan struct{}),
		listen:    tell,
		report:    Report{Desktop: study.DesktopReport{Appliance: app.Content()}},
	}
	d.onClose("watchers", func(context.Context) error { d.watching.Wait(); return nil })
	return d
}

// onClose registers do, which closes what was just made and is needed to the end. Close calls the functions in reverse order.
func (d *desktop) onClose(what string, do func(context.Context) error) { d.unwinding.add(0, what, do) }

// tell passes a progress on to who waits for it, one after the other.
func (d *desktop) tell(p Progress) {
	d.telling.Lock()
	defer d.telling.Unlock()
	d.listen(p)
}

// lastly is what a stream had done when its machine left. It is still read then, but not by the machine.
type lastly struct {
	stats plan.Stats
	trace forecast.Trace
}

// runIn says in which machine of which group the desktop runs from now on.
func (d *desktop) runIn(m *vmhost.Machine, group int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.machine != nil {
		close(d.away)
		d.away = make(chan struct{})
	}
	d.machine, d.stay = m, group
}

// departed returns what is closed when the desktop runs in another machine than now.
func (d *desktop) departed() <-chan struct{} {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.away
}

// runs returns the machine in which the desktop runs now; nil if there is none yet.
func (d *desktop) runs() *vmhost.Machine {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.machine
}

// dialMachine returns what connects to the screen of the machine, through a tap.
func (d *desktop) dialMachine(r Request) func(context.Context, func(tap.Event)) (net.Conn, error) {
	return func(ctx context.Context, observe func(tap.Event)) (net.Conn, error) {
		var line *tap.Tap // is set before the first input, and so before the first delivery
		c, err := d.runs().DialRFBFor(ctx, display.Viewer{
			Keyboard: keyboard.Named(r.Keyboard), Told: func(d *tap.Delivery) { line.Deliver(d) },
		})
		if err != nil {
			return nil, err
		}
		line = tapped(c, r, func(e tap.Event) {
			d.shown.note(e)
			observe(e)
		})
		line.AwaitDeliveries()
		return line, nil
	}
}
