package postgres

import (
	"context"
	"errors"
	"io"
	"net"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// ErrUnavailable says that the server could not be reached, or that the connection broke before the
// server answered. Then it is unknown whether the last write was stored; all earlier writes were.
// Every error that is ErrUnavailable also has a method Temporary() bool that returns true, for
// callers who do not import this package.
var ErrUnavailable = errors.New("database unavailable")

// unavailable is a failure of the connection to the server, not of the statement.
type unavailable struct{ cause error }

func (e *unavailable) Error() string        { return ErrUnavailable.Error() + ": " + e.cause.Error() }
func (e *unavailable) Unwrap() error        { return e.cause }
func (e *unavailable) Is(target error) bool { return target == ErrUnavailable }

// Temporary reports that the same call may succeed later.
func (e *unavailable) Temporary() bool { return true }

// patience is how long a call tries to reach a server that has gone away. A restart takes a few
// seconds, and people wait at a page for about as long as this.
const (
	patience   = 15 * time.Second
	firstPause = 25 * time.Millisecond
	maxPause   = time.Second
)

// retry calls do again and again until it succeeds. It gives up when do fails for a reason other
// than the connection or a collision with another transaction, when do says that it must not be
// repeated, or when patience or ctx ends. The pauses between calls double from firstPause to
// maxPause. The returned error has been through explain.
func retry(ctx context.Context, patience time.Duration, do func() (repeatable bool, err error)) error {
	deadline := time.Now().Add(patience)
	for pause := firstPause; ; pause = min(2*pause, maxPause) {
		repeatable, err := do()
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case !repeatable || !(away(err) || collided(err)) || time.Now().Add(pause).After(deadline):
			return explain(err)
		}
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return context.Cause(ctx)
		case <-timer.C:
		}
	}
}

// PostgreSQL's error codes (appendix A of its manual) that tell about the state of the server and
// not about the statement.
const (
	adminShutdown      = "57P01"
	crashShutdown      = "57P02"
	cannotConnectNow   = "57P03"
	tooManyConnections = "53300"
	serialization      = "40001"
	deadlock           = "40P01"
)

// away reports whether err means that the server could not be reached or that it went away.
func away(err error) bool {
	var reply *pgconn.PgError
	if errors.As(err, &reply) {
		switch reply.Code {
		case adminShutdown, crashShutdown, cannotConnectNow, tooManyConnections:
			return true
		}
		return false
	}
	var connect *pgconn.ConnectError
	var network *net.OpError
	return errors.As(err, &connect) || errors.As(err, &network) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		pgconn.SafeToRetry(err)
}

// collided reports whether the server rolled a transaction back because of another transaction.
func collided(err error) bool {
	var reply *pgconn.PgError
	return errors.As(err, &reply) && (reply.Code == serialization || reply.Code == deadlock)
}
