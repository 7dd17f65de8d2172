package signin

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"vmstudy/study"
)

// loginRecheck is how often a long request checks whether its login is still valid, and whether whoever asked for it still has the
// right to it. It asks the database, because a command can change an account as well as this server can.
const loginRecheck = time.Second

// errLoginEnded is the reason for which a request is cut off.
var errLoginEnded = study.Refuse(study.ErrDenied, "You are not signed in any more.")

// logins knows the requests that run in each login, so that they end together with the login: a
// watched desktop, a download, a replay.
type logins struct {
	mu sync.Mutex
	of map[string]map[*followed]struct{} // by the SHA-256 of the token
}

// followed is a request that runs in a login.
type followed struct {
	end    context.CancelCauseFunc
	timer  *time.Timer
	mu     sync.Mutex
	checks []func(context.Context) error
}

type followedKey struct{}

// AsLongAs ends the request of ctx soon after check has returned study.ErrDenied, with that error as the reason. ctx is that of a request
// which SignedIn has let pass. Other errors of check end nothing.
func AsLongAs(ctx context.Context, check func(context.Context) error) {
	if u, ok := ctx.Value(followedKey{}).(*followed); ok {
		u.mu.Lock()
		defer u.mu.Unlock()
		u.checks = append(u.checks, check)
	}
}

// denied returns the error of the first check that denies the request to go on, or nil.
func (u *followed) denied(ctx context.Context) error {
	u.mu.Lock()
	checks := slices.Clone(u.checks)
	u.mu.Unlock()
	for _, check := range checks {
		if err := check(ctx); errors.Is(err, study.ErrDenied) {
			return err
		}
	}
	return nil
}

func newLogins() *logins { return &logins{of: map[string]map[*followed]struct{}{}} }

// follow returns a context that ends when the login ends, with errLoginEnded as its cause, or when another check of AsLongAs denies it.
// check asks whether the login is still valid; only study.ErrDenied means that it is not. The caller must call leave at the end of the
// request.
func (l *logins) follow(ctx context.Context, login string, check func(context.Context) error) (_ context.Context, leave func()) {
	ctx, end := context.WithCancelCause(ctx)
	u := &followed{end: end, checks: []func(context.Context) error{func(ctx context.Context) error {
		if errors.Is(check(ctx), study.ErrDenied) {
			return errLoginEnded
		}
		return nil
	}}}
	ctx = context.WithValue(ctx, followedKey{}, u)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of[login] == nil {
		l.of[login] = map[*followed]struct{}{}
	}
	l.of[login][u] = struct{}{}
	u.timer = time.AfterFunc(loginRecheck, func() {
		if err := u.denied(ctx); err != nil {
			end(err)
			return
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		if _, there := l.of[login][u]; there {
			u.timer.Reset(loginRecheck)
		}
	})
	return ctx, func() { l.leave(login, u) }
}

func (l *logins) leave(login string, u *followed) {
	u.end(context.Canceled)
	u.timer.Stop()
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.of[login], u)
	if len(l.of[login]) == 0 {
		delete(l.of, login)
	}
}

// end ends the requests that run in a login.
func (l *logins) end(login string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for u := range l.of[login] {
		u.end(errLoginEnded)
	}
}

// endingWriter is a response that refuses to write after its context has ended.
type endingWriter struct {
	http.ResponseWriter
	ctx context.Context
}

// Write implements [http.ResponseWriter].
func (e endingWriter) Write(b []byte) (int, error) {
	if e.ctx.Err() != nil {
		return 0, context.Cause(e.ctx)
	}
	return e.ResponseWriter.Write(b)
}

// Hijack implements [http.Hijacker].
func (e endingWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(e.ResponseWriter).Hijack()
}

// Unwrap is for [http.ResponseController].
func (e endingWriter) Unwrap() http.ResponseWriter { return e.ResponseWriter }
