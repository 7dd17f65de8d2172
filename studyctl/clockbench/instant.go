package clockbench

import (
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"io"
	"net"
	"sync"
	"time"

	"vmstudy/netem"
	"vmstudy/netem/userspace"
	"vmstudy/rfb/server"
	"vmstudy/rfb/tap"
	"vmstudy/rfb/wire"
	"vmstudy/session"
	"vmstudy/study"
)

// Instant is a machine that answers each key at once, with a small rectangle of another colour.
var Instant = Machine{"instant machine", func(_ context.Context, do func(session.Opener) error) error { return do(opener{}) }}

// opener opens desktops that are no machines.
type opener struct{}

func (opener) Admit(context.Context, session.Request) error { return nil }

func (opener) Open(_ context.Context, r session.Request, _ func(session.Progress)) (session.Desktop, error) {
	link, err := userspace.New(r.Condition.Network.Network, r.Seed)
	if err != nil {
		return nil, err
	}
	far, err := link.ListenFar(port)
	if err != nil {
		return nil, errors.Join(err, link.Close())
	}
	d := &instant{link: link, far: far, screen: server.New(image.Pt(320, 200)), observers: make(chan func(tap.Event), 1)}
	keys := uint8(0)
	d.screen.Input = func(in wire.ClientMessage) {
		if !down(in) {
			return
		}
		keys++
		d.screen.Draw(image.Rect(0, 0, 32, 32), func(screen *image.RGBA) {
			draw.Draw(screen, image.Rect(0, 0, 32, 32), image.NewUniform(color.RGBA{37 * keys, 255, 128, 255}), image.Point{}, draw.Src)
		})
	}
	d.serving.Go(d.serve)
	return d, nil
}

func down(in wire.ClientMessage) bool {
	switch in := in.(type) {
	case wire.KeyEvent:
		return in.Down
	case wire.QEMUKeyEvent:
		return in.Down
	}
	return false
}

// port is that of the screen at the far end.
const port = 5900

// instant is the desktop: a screen at the far end of a link, with the tap beside it.
type instant struct {
	link      netem.Link
	far       net.Listener
	screen    *server.Server
	observers chan func(tap.Event) // who dials leaves the observer for the far end
	serving   sync.WaitGroup
}

func (d *instant) serve() {
	for {
		c, err := d.far.Accept()
		if err != nil {
			return // closed
		}
		d.serving.Go(func() { d.show(c, <-d.observers) })
	}
}

// show joins a connection with the screen.
func (d *instant) show(c net.Conn, observe func(tap.Event)) {
	near, far := net.Pipe()
	tap := tap.New(near, time.Now, observe)
	var both sync.WaitGroup
	both.Go(func() { _ = d.screen.Serve(far) })
	both.Go(func() { _, _ = io.Copy(tap, c); _ = tap.Close() })
	both.Go(func() { _, _ = io.Copy(c, tap); _ = c.Close() })
	both.Wait()
}

// DialRFB implements session.Screen.
func (d *instant) DialRFB(ctx context.Context, observe func(tap.Event)) (net.Conn, error) {
	d.observers <- observe
	return d.link.DialNear(ctx, port)
}

// DialView implements session.Screen.
func (d *instant) DialView(context.Context) (net.Conn, error) { return nil, study.ErrNotFound }

// Seen implements session.Desktop.
func (d *instant) Seen() error { return nil }

// Completed implements session.Desktop: it never is.
func (d *instant) Completed() <-chan struct{} { return nil }

// Lost implements session.Desktop: it never is.
func (d *instant) Lost() <-chan struct{} { return nil }

// Report implements session.Desktop.
func (d *instant) Report() session.Report { return session.Report{} }

// Close implements session.Desktop.
func (d *instant) Close(context.Context) error {
	err := errors.Join(d.far.Close(), d.link.Close())
	d.serving.Wait()
	return err
}
