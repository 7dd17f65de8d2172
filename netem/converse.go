package netem

import (
	"context"
	"errors"
	"fmt"
	"net"
)

// ProbePort is the far port that measurements use, and upPort the one for what flows up at the
// same time; nothing else may. IANA keeps both reserved, and they need no privilege. So only one
// measurement of a kind can run on a link at a time.
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

// converse opens one connection over link to a far port and runs lead at one end of it and
// follow at the other. When lead returns, or ctx ends, it closes everything; it returns when
// follow has returned too.
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
		return nil // the follower was merely cut off
	case ctx.Err() == nil && !errors.Is(followErr, net.ErrClosed):
		return errors.Join(err, followErr) // what failed at one end may explain what the other saw
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
		listener.Close() // or nobody would come any more
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
