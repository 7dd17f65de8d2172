package session

import (
	"context"
	"fmt"
	"net"
	"sync"
	"time"

	"vmstudy/netem"
	"vmstudy/rfb"
	"vmstudy/stream"
	"vmstudy/study"
	"vmstudy/vmhost"
	"vmstudy/vmhost/inlet"
)

// Lab opens real desktops: machines of its host, reached over links of its own making.
type Lab struct {
	Host      *vmhost.Host
	Appliance func(name string) (vmhost.Appliance, error)
	NewLink   func(name string, n study.Network, seed uint64) (netem.Link, study.LinkWay, error)
	RunDir    string        // for mounts and for what has been streamed; emptied as desktops close
	TracesDir string        // for what sessions touched; "" keeps none
	StoreDir  string        // the store that origins serve from what is packed; "" means the appliances' files
	Cache     stream.Cache  // for streams that begin warm; nil keeps nothing
	Patience  time.Duration // how long a stream waits for a far end that is gone; 0 means a minute
}

// probes is how many round trips are measured before a desktop opens: enough for a 95th
// percentile, and about two seconds at 120 ms.
const probes = 20

// Ports at the far end of a link.
const (
	screenPort = 5900 // RFB, RFC 6143 section 4
	originPort = 7000
)

// opening is a desktop while it is being made.
type opening struct {
	lab     *Lab
	request Request
	tell    func(Progress)
	app     vmhost.Appliance
	files   vmhost.Files
	link    netem.Link
	near    *stream.Near
	machine *vmhost.Machine
	desktop *desktop
}

// step is one part of opening a desktop. What it makes, it hands to the desktop's closers.
type step struct {
	name  string // for the log
	stage string // for the person who waits
	do    func(*opening, context.Context) error
}

// What a person who waits reads, in this order; what has been left does not come again. Who takes part is
// blind to the condition, so only what shows anyway is told apart: bytes that arrive.
const (
	preparing = "Preparing the desktop"
	LoadStage = "Loading the desktop" // from when the near end of a stream connects until its machine runs
	starting  = "Starting the desktop"
	moreStage = "Loading more of the desktop" // while it is used
)

// steps lists how a desktop opens, by access method. The log, the page of the person who
// waits and the tests go by the same list.
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

// Admit refuses a request for which there is no appliance, or no room for its machine.
func (l *Lab) Admit(ctx context.Context, r Request) error {
	app, err := l.Appliance(r.Appliance)
	if err != nil {
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
	o := &opening{
		lab: l, request: r, tell: tell, app: app, files: app.LocalFiles(),
		desktop: newDesktop(app.Content()),
	}
	if r.Condition.Method.Networked() {
		o.desktop.report.Set = r.Condition.Network.Network
	}
	for _, s := range steps[r.Condition.Method] {
		tell(Progress{Stage: s.stage})
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
	o.desktop.holdWhenNeeded(o.machine, o.near, tell)
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
	if err := o.desktop.holdSchedule(n); err != nil {
		return err
	}
	o.desktop.tellLink(o.request)
	return nil
}

// probe measures the link before anything else is on it.
func (o *opening) probe(ctx context.Context) error {
	measured, err := netem.Probe(ctx, o.link, probes)
	if err != nil {
		return fmt.Errorf("probing the link: %w", err)
	}
	o.desktop.report.Measured = measured
	return nil
}

// resume lets the machine run from the files, wherever they are.
func (o *opening) resume(ctx context.Context) error {
	m, err := o.lab.Host.Resume(ctx, o.app, o.files)
	if err != nil {
		return err
	}
	o.machine = m
	o.desktop.onClose("machine", m.Close)
	o.desktop.view = m.DialRFB
	o.desktop.dial = func(ctx context.Context, observe func(rfb.Event)) (net.Conn, error) {
		var tap *rfb.Tap // before the first input, from which on it is told of
		c, err := m.DialRFBTold(ctx, func(d *rfb.Delivery) { tap.Deliver(d) })
		if err != nil {
			return nil, err
		}
		tap = tapped(c, o.request.Clipboard, observe)
		tap.AwaitDeliveries()
		return tap, nil
	}
	o.desktop.inputs = m.Inputs
	facts := m.Facts()
	of := &o.desktop.report.Desktop
	of.Accelerator, of.QEMU, of.Display = facts.Accelerator, facts.QEMU, facts.Display
	return nil
}

// begin tells the guest what its task is; from now on it watches for its completion.
func (o *opening) begin(ctx context.Context) error {
	if err := o.machine.Begin(ctx, o.request.Condition.Task); err != nil {
		return fmt.Errorf("beginning task %s: %w", o.request.Condition.Task.ID, err)
	}
	o.desktop.mu.Lock()
	o.desktop.report.Desktop.Ready = time.Since(o.desktop.asked)
	o.desktop.mu.Unlock()
	return nil
}

// desktop is what Lab makes: a machine with all that it stands on.
type desktop struct {
	asked     time.Time
	link      netem.Link // nil for the local method
	way       study.LinkWay
	meter     *meter // of link
	near      *stream.Near
	dial      func(context.Context, func(rfb.Event)) (net.Conn, error)
	view      func(context.Context) (net.Conn, error) // the machine's own screen, beyond any network
	inputs    func() inlet.Counts
	completed chan struct{}
	lost      chan struct{}
	closing   chan struct{}
	once      sync.Once // of the closing of closing
	unwinding *unwinding
	watching  sync.WaitGroup

	mu     sync.Mutex
	report Report
	before stream.Stats // when the machine began to run
}

func newDesktop(content string) *desktop {
	d := &desktop{
		asked:     time.Now(),
		completed: make(chan struct{}),
		lost:      make(chan struct{}),
		closing:   make(chan struct{}),
		unwinding: newUnwinding(),
		report:    Report{Desktop: study.DesktopReport{Appliance: content}},
	}
	d.onClose("watchers", func(context.Context) error { d.watching.Wait(); return nil })
	return d
}

// onClose says how what was just made ends.
func (d *desktop) onClose(what string, do func(context.Context) error) { d.unwinding.add(what, do) }
