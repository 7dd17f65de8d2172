package page

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

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
		"too often":                    {ErrLimited, 429, "That was too often. Wait a moment, then try again."},
		"a wrong method":               {errMethod, 405, "This address cannot be used in this way."},
		"a garbled form":               {fmt.Errorf("%w: %w", errGarbled, errors.New("secret")), 400, "The browser sent something that could not be read."},
		"too much":                     {fmt.Errorf("%w: %w", errGarbled, &http.MaxBytesError{Limit: 1}), 413, "This is more than can be taken at once. Go back, shorten it and send it again."},
		"the database is away":         {fmt.Errorf("load: %w", away{}), 503, "The database is away for a moment. Nothing that was saved is lost. Try again."},
		"anything else":                {errors.New("secret"), 500, "Something went wrong on our side. It has been written to the log."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			code, say := Explain(tt.err)
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
	for name, broken := range map[string]Handler{
		"an error": func(http.ResponseWriter, *http.Request) error { return errors.New("secret") },
		"a panic":  func(http.ResponseWriter, *http.Request) error { panic("secret") },
	} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			site := &Site{Now: time.Now, Log: slog.New(slog.NewTextHandler(&log, nil))}
			w := httptest.NewRecorder()
			site.Recovered(site.Handle(broken)).ServeHTTP(w, httptest.NewRequest("GET", "/lab", nil))
			if page := w.Body.String(); w.Code != 500 || !strings.Contains(page, "Something went wrong on our side.") || strings.Contains(page, "secret") {
				t.Errorf("status %d, want 500 and no internal error:\n%s", w.Code, page)
			}
			if !strings.Contains(log.String(), "secret") {
				t.Errorf("the log does not hold the error: %s", log.String())
			}
		})
	}
}
