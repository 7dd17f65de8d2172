package signin

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"vmstudy/studytest"

	"vmstudy/study"
	"vmstudy/web/page"
)

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

// signedIn returns a server and a request of ada, who is signed in for twelve hours.
func signedIn(t *testing.T) (*Server, *studytest.Store, *http.Request) {
	t.Helper()
	store := studytest.NewStore()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(store.SetPassword(t.Context(), "ada", "unused"))
	ada, _, err := store.Experimenter(t.Context(), "ada")
	must(err)
	token := sha256.Sum256([]byte("token"))
	must(store.OpenLogin(t.Context(), ada.ID, "unused", token[:], time.Now().Add(loginLasts)))
	r := httptest.NewRequest("GET", "/lab/file", nil)
	r.AddCookie(&http.Cookie{Name: "login", Value: "token"})
	return New(&page.Site{Now: time.Now, Log: slog.New(slog.DiscardHandler)}, Config{Accounts: store}), store, r
}

func TestADownloadThatTakesHoursIsNotIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, r := signedIn(t)
		s.SignedIn(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			<-time.After(3*study.IdleLimit + study.IdleLimit/2)
			if r.Context().Err() != nil {
				t.Errorf("a download was cut off: %v", context.Cause(r.Context()))
			}
			<-time.After(loginLasts)
			if !errors.Is(context.Cause(r.Context()), errLoginEnded) {
				t.Errorf("%v after signing in: %v, want %v", loginLasts, context.Cause(r.Context()), errLoginEnded)
			}
		})).ServeHTTP(httptest.NewRecorder(), r)
	})
}

func TestWhatSomebodyLosesTheRightToEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _, r := signedIn(t)
		lost := study.Refuse(study.ErrDenied, "Not any more.")
		may := make(chan error, 1)
		may <- errors.New("the database is away")
		s.SignedIn(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			AsLongAs(r.Context(), func(context.Context) error {
				err := <-may
				may <- err
				return err
			})
			<-time.After(5*loginRecheck - time.Millisecond)
			if r.Context().Err() != nil {
				t.Errorf("a database that is away has ended the request: %v", context.Cause(r.Context()))
			}
			<-may
			may <- lost
			<-time.After(loginRecheck)
			if !errors.Is(context.Cause(r.Context()), lost) {
				t.Errorf("%v after the right was lost: %v, want %v", loginRecheck, context.Cause(r.Context()), lost)
			}
		})).ServeHTTP(httptest.NewRecorder(), r)
	})
}

// TestAFileIsNotSentOnAfterSigningOut sends a file in pieces, as files on disk are sent.
func TestAFileIsNotSentOnAfterSigningOut(t *testing.T) {
	s, _, r := signedIn(t)
	out := httptest.NewRequest("POST", "/signout", nil)
	out.AddCookie(r.Cookies()[0])
	sent := httptest.NewRecorder()
	var left error
	s.SignedIn(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader("")) // the headers may still be sent
		if _, err := w.Write([]byte("first")); err != nil {
			t.Fatal(err)
		}
		if err := s.SignOut(httptest.NewRecorder(), out); err != nil {
			t.Fatal(err)
		}
		_, left = w.Write([]byte("second"))
	})).ServeHTTP(sent, r)
	if !errors.Is(left, errLoginEnded) || sent.Body.String() != "first" {
		t.Errorf("%q was sent, then %v; want the first piece only", sent.Body.String(), left)
	}
}
