package netem

import (
	"context"
	"errors"
	"fmt"
	"net"
)

// ProbePort is the far port of measurements, and upPort that of measurements upwards, which may run at
// the same time. Nothing else may use these ports. IANA reserves both, and they need no privilege.
// Only one measurement can use a port of a link at a time.
const (
	ProbePort = 49151
	upPort    = 49150
)

// An End is one end of a Link.
type End int

// The ends.
const (
	Near End = iota // the participant's
	Far             // the server's
)

// converse opens one connection over link to a far port. It runs lead at the end leads and follow at
// the other end. When lead returns or ctx ends, it closes both ends. It returns when both functions have
// returned.
func converse(ctx context.Context, link Link, port int, leads End, lead, follow func(net.Conn) error) error {
	near, far, err := connect(ctx, link, port)
	if err != nil {
		return cutShort(ctx, err)
	}
	ends := [2]net.Conn{Near: near, Far: far}
	closeBoth := func() { near.Close(); far.Close() }
	defer closeBoth()
	defer context.AfterFunc(ctx, closeBoth)()
	followed := make(chan error, 1)
	go func() { followed <- follow(ends[1-leads]) }()
	err = lead(ends[leads])
	closeBoth()
	followErr := <-followed
	switch {
	case err == nil:
		return nil // the error of follow only says that the connection was closed
	case ctx.Err() == nil && !errors.Is(followErr, net.ErrClosed):
		return errors.Join(err, followErr) // the error of one end may explain that of the other
	default:
		return cutShort(ctx, err)
	}
}

func cutShort(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("cut short: %w", context.Cause(ctx))
	}
	return err
}

// connect returns the two ends of a new connection.
func connect(ctx context.Context, link Link, port int) (near, far net.Conn, err error) {
	listener, err := link.ListenFar(port)
	if err != nil {
		return nil, nil, err
	}
	defer context.AfterFunc(ctx, func() { listener.Close() })()
	accepted := make(chan error, 1)
	go func() {
		var err error
		far, err = listener.Accept()
		accepted <- err
	}()
	near, err = link.DialNear(ctx, port)
	if err != nil {
		listener.Close() // else Accept would wait for ever
	}
	acceptErr := <-accepted
	listener.Close()
	if err = errors.Join(err, acceptErr); err != nil {
		for _, conn := range []net.Conn{near, far} {
			if conn != nil {
				conn.Close()
			}
		}
		return nil, nil, err
	}
	return near, far, nil
}
