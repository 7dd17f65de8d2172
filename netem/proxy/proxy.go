// Package proxy puts an emulated network between a TCP client and a TCP server that know
// nothing of it, so that a researcher can try a condition by hand.
//
//	client ── listener ── near end ~~~~ link ~~~~ far end ── dial ── server
//
// All connections share the link, as all programs of a household share its line.
//
// # Traps
//
//   - A proxy ends the client's TCP connection and begins another: what waits in its buffers
//     has left the client's view. A program that measures its own congestion sees the
//     loopback, not the link. Shape a whole program, or use a link directly, where that matters.
//   - A client is connected before the server is: refusals come late, as a closed connection.
package proxy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"

	"golang.org/x/sync/errgroup"

	"vmstudy/netem"
)

// port is the one at the far end that stands for the server.
const port = 80

// Proxy carries TCP connections over a link.
type Proxy struct {
	Link     netem.Link
	Listener net.Listener                                // for clients; Run closes it
	Dial     func(ctx context.Context) (net.Conn, error) // to the server
}

// Run carries connections until ctx ends, and then cuts those that are left. It returns nil
// when ctx ended, or why it could not go on.
func (p Proxy) Run(ctx context.Context) error {
	far, err := p.Link.ListenFar(port)
	if err != nil {
		return errors.Join(fmt.Errorf("proxy: %w", err), p.Listener.Close())
	}
	group, running := errgroup.WithContext(ctx)
	defer context.AfterFunc(running, func() { p.Listener.Close(); far.Close() })()
	group.Go(func() error {
		return Serve(running, p.Listener, func(ctx context.Context) (net.Conn, error) { return p.Link.DialNear(ctx, port) })
	})
	group.Go(func() error { return Serve(running, far, p.Dial) })
	err = group.Wait()
	p.Listener.Close()
	far.Close()
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// Serve joins every connection that comes with one that onward opens, until the listener fails;
// ctx cuts those that are there. It returns when the last of them has ended.
func Serve(ctx context.Context, from net.Listener, onward func(context.Context) (net.Conn, error)) error {
	var all errgroup.Group // nothing of it fails: a connection's trouble is its own
	defer all.Wait()
	for {
		conn, err := from.Accept()
		if err != nil {
			return fmt.Errorf("proxy: accept: %w", err)
		}
		all.Go(func() error {
			if err := join(ctx, conn, onward); err != nil && ctx.Err() == nil {
				slog.Warn("a connection was cut", "from", conn.RemoteAddr(), "err", err)
			}
			return nil
		})
	}
}

// join carries what comes on conn to the connection that onward opens, and back, until both
// have said that no more comes, one fails, or ctx ends.
func join(ctx context.Context, conn net.Conn, onward func(context.Context) (net.Conn, error)) error {
	defer conn.Close()
	other, err := onward(ctx)
	if err != nil {
		return err
	}
	defer other.Close()
	both, ctx := errgroup.WithContext(ctx)
	defer context.AfterFunc(ctx, func() { conn.Close(); other.Close() })()
	both.Go(func() error { return carry(other, conn) })
	both.Go(func() error { return carry(conn, other) })
	return both.Wait()
}

// carry copies until from has no more, and passes that on as a half-close.
func carry(to, from net.Conn) error {
	if _, err := io.Copy(to, from); err != nil {
		return err
	}
	half, ok := to.(interface{ CloseWrite() error })
	if !ok {
		return fmt.Errorf("%T cannot be closed by half", to)
	}
	if err := half.CloseWrite(); err != nil && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}
