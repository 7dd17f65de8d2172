package netem

import (
	"context"
	"net"

	"vmstudy/study"
)

// A Link is a live emulated path. Its near end is where the participant is, its far end
// where the server is. Its methods may be called concurrently.
type Link interface {
	// DialNear connects from the near end to a listener at the far end. If ctx ends first, the
	// error wraps its cause.
	DialNear(ctx context.Context, port int) (net.Conn, error)

	// ListenFar listens at the far end on a port from 1 to 65535. Accepted connections, and
	// those of DialNear, also have the method CloseWrite() error.
	ListenFar(port int) (net.Listener, error)

	// Set changes the network while traffic flows: connections stay, and packets under way
	// arrive. The clocks of n's schedule and traces begin. If n is not valid, Set changes
	// nothing and returns an error.
	Set(n study.Network) error

	// Counters returns the traffic so far. It also works after Close.
	Counters() study.LinkReport

	// Close closes every connection and listener at once, and returns when all goroutines and
	// processes of the link have ended. Closing twice is harmless.
	Close() error
}
