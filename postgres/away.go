package postgres

import (
	"context"
	"errors"
	"io"
	"net"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// ErrUnavailable says that the server could not be reached, or went away before it had
// answered: whether the last write was kept is then unknown, all earlier ones were. An error
// that is ErrUnavailable also has a method Temporary() bool that returns true, for callers
// who do not know this package.
var ErrUnavailable = errors.New("database unavailable")

// unavailable is an error of the connection, not of what was asked.
type unavailable struct{ cause error }

func (e *unavailable) Error() string        { return ErrUnavailable.Error() + ": " + e.cause.Error() }
func (e *unavailable) Unwrap() error        { return e.cause }
func (e *unavailable) Is(target error) bool { return target == ErrUnavailable }

// Temporary reports that the same may succeed in a while.
func (e *unavailable) Temporary() bool { return true }

// patience is how long a call waits for a server that has gone: a restart takes a few
// seconds, and a person at a page waits about so long.
const (
	patience   = 15 * time.Second
	firstPause = 25 * time.Millisecond
	maxPause   = time.Second
)

// retry calls do until it succeeds, fails for another reason than the connection, says that
// it must not be repeated, or patience or ctx is over. Pauses double from firstPause to
// maxPause. The error has been through explain.
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

// Codes of PostgreSQL (appendix A of its manual) that say something about the server, not
// about the statement.
const (
	adminShutdown      = "57P01"
	crashShutdown      = "57P02"
	cannotConnectNow   = "57P03"
	tooManyConnections = "53300"
	serialization      = "40001"
	deadlock           = "40P01"
)

// away reports whether err came about because the server could not be reached or went away.
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

// collided reports whether the server undid a transaction because of another one.
func collided(err error) bool {
	var reply *pgconn.PgError
	return errors.As(err, &reply) && (reply.Code == serialization || reply.Code == deadlock)
}
