// Package proxy puts an emulated network between an ordinary TCP client and an ordinary TCP server,
// so that a researcher can try a network by hand.
//
//	client ── listener ── near end ~~~~ link ~~~~ far end ── dial ── server
//
// All connections share the link, as all programs of a household share its Internet connection.
//
// # Traps
//
//   - A proxy ends the client's TCP connection and begins another one. The client does not see the data
//     that waits in the proxy's buffers, and a program that measures congestion sees the loopback, not
//     the link. If that matters, run a whole program behind a link, or use a link directly.
//   - A client is connected before the server is. If the server refuses, the client sees its connection
//     close later.
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

// port is the port at the far end of the link for all connections.
const port = 80

// Proxy carries TCP connections over a link.
type Proxy struct {
	Link     netem.Link
	Listener net.Listener                                // for clients; Run closes it
	Dial     func(ctx context.Context) (net.Conn, error) // to the server
}

// Run carries connections until ctx ends, then closes those that are left and returns nil. It returns an
// error if it cannot go on.
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

// Serve accepts connections until the listener fails, and joins each with a connection that onward
// opens. The end of ctx closes these connections. Serve returns when the last one has ended.
func Serve(ctx context.Context, from net.Listener, onward func(context.Context) (net.Conn, error)) error {
	var all errgroup.Group // its functions return no errors: a connection that fails does not affect others
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

// join copies between conn and a connection that onward opens, in both directions, until both sides
// have closed for writing, one fails, or ctx ends.
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

// carry copies until the end of from, and then closes to for writing.
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
