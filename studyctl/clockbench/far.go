package clockbench

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"time"

	"vmstudy/netem"
	"vmstudy/netem/userspace"
	"vmstudy/rfb/tap"
	"vmstudy/session"
	"vmstudy/study"
)

// far is a machine at the far end of a link.
type far struct {
	dial  func(ctx context.Context) (net.Conn, error) // its screen
	close func(ctx context.Context) error
}

// opener opens desktops at the far end of a link, with the tap beside them, as the access method vnc does.
type opener struct {
	start func(ctx context.Context) (far, error)
}

func (opener) Admit(context.Context, session.Request) error { return nil }

func (o opener) Open(ctx context.Context, r session.Request, _ func(session.Progress)) (session.Desktop, error) {
	link, err := userspace.New(r.Condition.Network.Network, r.Seed)
	if err != nil {
		return nil, err
	}
	listener, err := link.ListenFar(port)
	if err != nil {
		return nil, errors.Join(err, link.Close())
	}
	machine, err := o.start(ctx)
	if err != nil {
		return nil, errors.Join(err, listener.Close(), link.Close())
	}
	d := &desktop{link: link, listener: listener, machine: machine, observers: make(chan func(tap.Event), 1)}
	d.serving.Go(d.serve)
	return d, nil
}

// port is the port of the screen at the far end.
const port = 5900

// desktop is a machine at the far end of a link.
type desktop struct {
	link      netem.Link
	listener  net.Listener
	machine   far
	observers chan func(tap.Event) // DialRFB passes its observer to the far end
	serving   sync.WaitGroup
}

func (d *desktop) serve() {
	for {
		c, err := d.listener.Accept()
		if err != nil {
			return // closed
		}
		d.serving.Go(func() { d.show(c, <-d.observers) })
	}
}

// show joins a connection with the machine's screen.
func (d *desktop) show(c net.Conn, observe func(tap.Event)) {
	defer c.Close()
	screen, err := d.machine.dial(context.Background())
	if err != nil {
		return
	}
	seen := tap.New(screen, time.Now, observe)
	var both sync.WaitGroup
	both.Go(func() { _, _ = io.Copy(seen, c); _ = seen.Close() })
	both.Go(func() { _, _ = io.Copy(c, seen); _ = c.Close() })
	both.Wait()
}

// DialRFB implements session.Screen.
func (d *desktop) DialRFB(ctx context.Context, observe func(tap.Event)) (net.Conn, error) {
	d.observers <- observe
	return d.link.DialNear(ctx, port)
}

// DialView implements session.Screen.
func (d *desktop) DialView(context.Context) (net.Conn, error) { return nil, study.ErrNotFound }

// Seen implements session.Desktop.
func (d *desktop) Seen() error { return nil }

// Completed implements session.Desktop: it never is.
func (d *desktop) Completed() <-chan struct{} { return nil }

// Lost implements session.Desktop: it never is.
func (d *desktop) Lost() <-chan struct{} { return nil }

// Report implements session.Desktop.
func (d *desktop) Report() session.Report { return session.Report{} }

// Close implements session.Desktop.
func (d *desktop) Close(ctx context.Context) error {
	err := errors.Join(d.listener.Close(), d.link.Close(), d.machine.close(ctx))
	d.serving.Wait()
	return err
}
