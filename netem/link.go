package netem

import (
	"context"
	"net"

	"vmstudy/study"
)

// A Link is a live emulated path. Its near end is where the participant is, its far end
// where the server is. Its methods may be called concurrently.
type Link interface {
	// DialNear connects from the near end to a listener at the far end. Its error wraps
	// the cause of ctx if that ended first.
	DialNear(ctx context.Context, port int) (net.Conn, error)

	// ListenFar listens at the far end on a port from 1 to 65535. The connections it
	// accepts, and those of DialNear, also have CloseWrite() error.
	ListenFar(port int) (net.Listener, error)

	// Set changes the network condition while traffic flows: connections stay, packets
	// on their way arrive. The clocks of n's schedule and traces begin. An n that is not
	// valid changes nothing.
	Set(n study.Network) error

	// Counters returns what went through so far. It goes on working after Close.
	Counters() study.LinkReport

	// Close ends every connection and listener at once, and returns when nothing of the
	// link runs any more. Closing twice is harmless.
	Close() error
}
