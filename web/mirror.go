package web

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"net"
	"os"
	"time"

	"github.com/gorilla/websocket"

	"vmstudy/rfb/robot"
	"vmstudy/rfb/server"
	"vmstudy/web/relay"
)

// mirrorEvery is how often a mirror shows what has changed: smooth enough to follow somebody,
// seldom enough to cost little.
const mirrorEvery = 100 * time.Millisecond

// mirror is one desktop's screen for everybody who watches it: a client of the machine, and a
// server in this program that has no ears, neither for input nor for another size.
type mirror struct {
	client *robot.Client
	glass  *server.Server
	done   chan struct{} // closed when reflect has returned
	why    error         // it did, once done is closed
}

// openMirror holds a mirror to a machine's screen, which it takes over, until close.
func openMirror(ctx context.Context, machine net.Conn) (*mirror, error) {
	client, err := robot.Connect(ctx, machine)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", relay.ErrNoScreen, err)
	}
	m := &mirror{client: client, glass: server.New(client.Size()), done: make(chan struct{})}
	go func() {
		defer close(m.done)
		m.why = reflect(context.WithoutCancel(ctx), client, m.glass)
	}()
	return m, nil
}

// close lets go of the machine's screen.
func (m *mirror) close() {
	_ = m.client.Close() // which ends reflect
	<-m.done
}

// errSlow is why an observer is sent away who does not take in what they asked for.
var errSlow = errors.New("this browser does not read what it is sent")

// show shows the mirror to ws until one of them ends or ctx does. An observer who reads nothing for
// longer than patience is sent away: away is called, and nothing more is sent but the rest of the
// message that waits for them, which may take relay.WriteLimit in all: whoever reads again until
// then can be told why. What waits for one is an update at most, and half a buffer's worth of it: the
// rest is not encoded before it can be sent.
func (m *mirror) show(ctx context.Context, ws *websocket.Conn, patience time.Duration, away func(error)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	near, far := net.Pipe()
	end := &impatient{Conn: far, patience: patience}
	carried, served := make(chan error, 1), make(chan struct{})
	go func() { carried <- relay.Carry(ctx, ws, near) }()
	go func() { // ends with near
		defer close(served)
		_ = m.glass.Serve(end)
		_ = near.Close() // which ends Carry once it has sent what it has
	}()
	select {
	case <-m.done:
		cancel(m.why)
	case <-served:
	}
	<-served // since Carry has closed near, or is about to
	if end.tooSlow {
		away(errSlow)
		<-carried
		return errSlow
	}
	return <-carried
}

// impatient is a connection to which each write may take so long.
type impatient struct {
	net.Conn
	patience time.Duration
	tooSlow  bool // one took longer
}

// Write implements [net.Conn].
func (c *impatient) Write(p []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(c.patience)); err != nil {
		return 0, err
	}
	n, err := c.Conn.Write(p)
	c.tooSlow = c.tooSlow || errors.Is(err, os.ErrDeadlineExceeded)
	return n, err
}

// reflect draws on glass what client sees, until client ends or ctx does.
func reflect(ctx context.Context, client *robot.Client, glass *server.Server) error {
	pace := time.NewTicker(mirrorEvery)
	defer pace.Stop()
	for seen := 0; ; {
		if _, err := client.WaitChange(ctx, seen); err != nil {
			return fmt.Errorf("%w: %w", relay.ErrNoScreen, err)
		}
		seen = client.Changes()
		screen := client.Screen()
		glass.SetSize(screen.Rect.Size())
		glass.Draw(screen.Rect, func(m *image.RGBA) { draw.Draw(m, m.Rect, screen, image.Point{}, draw.Src) })
		select {
		case <-pace.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
