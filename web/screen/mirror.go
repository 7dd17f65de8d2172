package screen

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

// mirrorEvery is how often a mirror passes on what has changed: often enough to follow somebody's
// work, rarely enough to cost little.
const mirrorEvery = 100 * time.Millisecond

// mirror shows one desktop's screen to all who watch it. It consists of a client of the machine and
// a server in this program. The server ignores input and wishes for another size.
type mirror struct {
	client *robot.Client
	glass  *server.Server
	done   chan struct{} // closed when reflect has returned
	why    error         // why reflect returned; read only after done is closed
}

// openMirror makes a mirror of a machine's screen. The mirror owns the connection and closes it in
// close.
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

// close closes the connection to the machine's screen.
func (m *mirror) close() {
	_ = m.client.Close() // ends reflect
	<-m.done
}

// errSlow is the reason for which an observer who does not read is sent away.
var errSlow = errors.New("this browser does not read what it is sent")

// show shows the mirror on ws until the mirror, ws or ctx ends. It sends an observer away who reads
// nothing for longer than patience: it calls away, sends only the rest of the current message, for
// which it waits relay.WriteLimit at most, and then returns errSlow. An observer who reads again
// within that time can be told why. At most one update and half a buffer wait for an observer,
// because the server does not encode the next update before it can send it.
func (m *mirror) show(ctx context.Context, ws *websocket.Conn, patience time.Duration, away func(error)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	near, far := net.Pipe()
	end := &impatient{Conn: far, patience: patience}
	carried, served := make(chan error, 1), make(chan struct{})
	go func() { carried <- relay.Carry(ctx, ws, near) }()
	go func() { // ends when near is closed
		defer close(served)
		_ = m.glass.Serve(end)
		_ = near.Close() // Carry sends what it has already read, and ends
	}()
	select {
	case <-m.done:
		cancel(m.why)
	case <-served:
	}
	<-served // near is closed, or Carry is about to close it, so Serve ends
	if end.tooSlow {
		away(errSlow)
		<-carried
		return errSlow
	}
	return <-carried
}

// impatient is a connection with a time limit for each write.
type impatient struct {
	net.Conn
	patience time.Duration
	tooSlow  bool // whether a write took longer than patience
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

// reflect copies the screen of client to glass until client or ctx ends.
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
