package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"vmstudy/rfb/rfbtest"
	"vmstudy/study"
)

func TestAWatcherWhoSignsOutSeesNothingMore(t *testing.T) {
	d := newDesk(t, rfbtest.NewServer(8, 8))
	watcher := &viewing{t: t, ws: d.observe()}
	watcher.greet()
	d.ask("/signout", url.Values{})
	_, _, err := watcher.ws.ReadMessage()
	if closed, is := err.(*websocket.CloseError); !is || closed.Code != closeRefused || closed.Text != "You are not signed in any more." {
		t.Errorf("the watcher hears %v, want to be told that they are not signed in", err)
	}
	eventually(t, "the machine is let go of", func() bool {
		d.server.mirrors.mu.Lock()
		defer d.server.mirrors.mu.Unlock()
		return len(d.server.mirrors.of) == 0
	})
}

func TestAnotherLoginGoesOnWatching(t *testing.T) {
	l := newLogins()
	never := func(context.Context) error { return nil }
	first, leave := l.follow(t.Context(), "a", never)
	defer leave()
	second, leave := l.follow(t.Context(), "a", never)
	defer leave()
	other, leave := l.follow(t.Context(), "b", never)
	defer leave()
	l.end("a")
	for name, ctx := range map[string]context.Context{"one": first, "its second": second} {
		if !errors.Is(context.Cause(ctx), errLoginEnded) {
			t.Errorf("%s: %v, want %v", name, context.Cause(ctx), errLoginEnded)
		}
	}
	if other.Err() != nil {
		t.Errorf("another login ended too: %v", context.Cause(other))
	}
}

// TestALoginThatEndsElsewhereIsNoticed ends a login without this server's doing: by its expiry, or
// by a command that changes the password.
func TestALoginThatEndsElsewhereIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLogins()
		var mu sync.Mutex
		var holds error
		asked := 0
		answer := func(err error) {
			mu.Lock()
			defer mu.Unlock()
			holds = err
		}
		questions := func() int {
			mu.Lock()
			defer mu.Unlock()
			return asked
		}
		ctx, leave := l.follow(t.Context(), "a", func(context.Context) error {
			mu.Lock()
			defer mu.Unlock()
			asked++
			return holds
		})
		<-time.After(3*loginRecheck - time.Millisecond)
		answer(errors.New("the database is away"))
		<-time.After(loginRecheck)
		if ctx.Err() != nil || questions() != 3 {
			t.Errorf("after %d questions: %v; want 3, and a database that is away to end nothing", questions(), context.Cause(ctx))
		}
		answer(fmt.Errorf("login: %w", study.ErrDenied))
		<-time.After(loginRecheck)
		if !errors.Is(context.Cause(ctx), errLoginEnded) {
			t.Errorf("%v after the login ended: %v, want %v", loginRecheck, context.Cause(ctx), errLoginEnded)
		}
		leave()
		if len(l.of) != 0 {
			t.Errorf("what is over is remembered: %v", l.of)
		}
		asked = 0
		<-time.After(10 * loginRecheck)
		if asked != 0 {
			t.Errorf("a request that is over was asked about %d times", asked)
		}
	})
}

// TestAFileIsNotSentOnAfterSigningOut sends a file in pieces, as files on disk are sent.
func TestAFileIsNotSentOnAfterSigningOut(t *testing.T) {
	l := newLab(t)
	sent := httptest.NewRecorder()
	var left error
	l.server.signedIn(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader("")) // the headers may still be sent
		_, err := w.Write([]byte("first"))
		l.must(err)
		l.wantsRedirect(l.post("/signout", nil), "/")
		_, left = w.Write([]byte("second"))
	})).ServeHTTP(sent, l.signedRequest("GET", "/lab/file"))
	if !errors.Is(left, errLoginEnded) || sent.Body.String() != "first" {
		t.Errorf("%q was sent, then %v; want the first piece only", sent.Body.String(), left)
	}
}

func (l *lab) signedRequest(method, path string) *http.Request {
	r := httptest.NewRequest(method, path, nil)
	r.AddCookie(l.login)
	return r
}
