package web

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"vmstudy/study"
)

// loginRecheck is how often a request that goes on is asked whether its login still holds. A login
// also ends where this server is not told: by its time, and by a command that changes the account.
const loginRecheck = 5 * time.Second

// errLoginEnded is why a request is cut off.
var errLoginEnded = study.Refuse(study.ErrDenied, "You are not signed in any more.")

// logins knows the requests that are under way in each login, so that they end with it: a desktop
// that is watched, a download, a replay.
type logins struct {
	mu sync.Mutex
	of map[string]map[*followed]struct{} // by the SHA-256 of the token
}

// followed is a request that is under way in a login.
type followed struct {
	end   context.CancelCauseFunc
	timer *time.Timer
}

func newLogins() *logins { return &logins{of: map[string]map[*followed]struct{}{}} }

// follow returns a context that ends, with errLoginEnded as its cause, as soon as the login does. check
// looks whether it holds; only study.ErrDenied says that it does not. leave must be called when the
// request is over.
func (l *logins) follow(ctx context.Context, login string, check func(context.Context) error) (_ context.Context, leave func()) {
	ctx, end := context.WithCancelCause(ctx)
	u := &followed{end: end}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of[login] == nil {
		l.of[login] = map[*followed]struct{}{}
	}
	l.of[login][u] = struct{}{}
	u.timer = time.AfterFunc(loginRecheck, func() {
		if errors.Is(check(ctx), study.ErrDenied) {
			end(errLoginEnded)
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

// end ends what is under way in a login.
func (l *logins) end(login string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for u := range l.of[login] {
		u.end(errLoginEnded)
	}
}

// endingWriter is a response that takes nothing more once its context is over.
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

// Unwrap lets an [http.ResponseController] through.
func (e endingWriter) Unwrap() http.ResponseWriter { return e.ResponseWriter }
