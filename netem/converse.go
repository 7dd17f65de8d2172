package netem

import (
	"context"
	"errors"
	"fmt"
	"net"
)

// ProbePort is the far port that measurements use; nothing else may. IANA keeps it
// reserved, and it needs no privilege. So only one measurement can run on a link at a time.
const ProbePort = 49151

// converse opens one connection over link and runs near and far on its two ends. When near
// returns, or ctx ends, it closes everything; it returns when far has returned too.
func converse(ctx context.Context, link Link, near, far func(net.Conn) error) error {
	listener, err := link.ListenFar(ProbePort)
	if err != nil {
		return err
	}
	talking, cancel := context.WithCancel(ctx)
	farEnded := make(chan error, 1)
	go func() {
		farEnded <- holding(talking, far, listener.Accept)
	}()
	err = holding(talking, near, func() (net.Conn, error) { return link.DialNear(talking, ProbePort) })
	cancel()
	listener.Close()
	farErr := <-farEnded
	switch {
	case err == nil:
		return nil // far was merely cut off
	case ctx.Err() != nil:
		return fmt.Errorf("cut short: %w", context.Cause(ctx))
	case errors.Is(farErr, net.ErrClosed):
		return err
	default:
		return errors.Join(err, farErr) // what failed at far may explain what near saw
	}
}

// holding runs do on the connection that open returns, and closes it afterwards or as soon
// as ctx ends.
func holding(ctx context.Context, do func(net.Conn) error, open func() (net.Conn, error)) error {
	conn, err := open()
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	return do(conn)
}
