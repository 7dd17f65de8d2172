package web

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"vmstudy/study"
)

// away is an error like those of a database that restarts.
type away struct{}

func (away) Error() string   { return "connection refused on /run/secret.sock" }
func (away) Temporary() bool { return true }

func TestErrorsBecomeStatusesAndWords(t *testing.T) {
	tests := map[string]struct {
		err  error
		code int
		say  string
	}{
		"a missing thing":              {fmt.Errorf("study 7: %w", study.ErrNotFound), 404, "There is nothing at this address. It may have been mistyped, or what was here is gone."},
		"a refusal keeps its sentence": {fmt.Errorf("book: %w", study.Refuse(study.ErrConflict, "somebody was faster")), 409, "Somebody was faster."},
		"an invalid value":             {study.ErrInvalid, 422, "Something in what was sent cannot be used."},
		"a denied page":                {study.ErrDenied, 403, "This is not open to you."},
		"too often":                    {errLimited, 429, "That was too often. Wait a moment, then try again."},
		"a wrong method":               {errMethod, 405, "This address cannot be used in this way."},
		"a garbled form":               {fmt.Errorf("%w: %w", errGarbled, errors.New("secret")), 400, "The browser sent something that could not be read."},
		"too much":                     {fmt.Errorf("%w: %w", errGarbled, &http.MaxBytesError{Limit: 1}), 413, "This is more than can be taken at once. Go back, shorten it and send it again."},
		"the database is away":         {fmt.Errorf("load: %w", away{}), 503, "The database is away for a moment. Nothing that was saved is lost. Try again."},
		"anything else":                {errors.New("secret"), 500, "Something went wrong on our side. It has been written to the log."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			code, say := explain(tt.err)
			if code != tt.code || say != tt.say {
				t.Errorf("explain(%v) = %d, %q, want %d, %q", tt.err, code, say, tt.code, tt.say)
			}
			if h := headings[code]; h == "" || h == http.StatusText(code) {
				t.Errorf("the page of status %d is headed %q, want words for people", code, h)
			}
		})
	}
}

func TestAFailureIsLoggedAndNotShown(t *testing.T) {
	for name, broken := range map[string]handler{
		"an error": func(http.ResponseWriter, *http.Request) error { return errors.New("secret") },
		"a panic":  func(http.ResponseWriter, *http.Request) error { panic("secret") },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			l.handler = l.server.recovered(l.server.page(broken))
			a := l.get("/lab")
			l.wants(a, 500, "Something went wrong on our side.")
			if strings.Contains(a.body, "secret") {
				t.Errorf("the page shows the internal error:\n%s", a.body)
			}
			if !strings.Contains(l.log.String(), "secret") {
				t.Errorf("the log does not hold the error: %s", l.log.String())
			}
		})
	}
}

func TestAParticipantWhoIsLostIsToldTheWayBack(t *testing.T) {
	l := newLab(t)
	l.wants(l.get("/visits"), 404, "open your personal link again: everything that you have done is saved")
	if a := l.get("/lab/nowhere"); strings.Contains(a.body, "personal link") {
		t.Errorf("an experimenter is told of a personal link:\n%s", a.body)
	}
}

func TestScriptsAreToldInPlainText(t *testing.T) {
	l := newLab(t)
	r := httptest.NewRequest("GET", "/lab/studies/1", nil)
	r.Header.Set("Accept", "*/*")
	a := l.do(r)
	if got := a.Header.Get("Content-Type"); a.StatusCode != 404 || got != "text/plain; charset=utf-8" {
		t.Errorf("status %d of type %q, want 404 in plain text", a.StatusCode, got)
	}
}
