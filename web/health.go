package web

import (
	"context"
	"io"
	"net/http"
	"time"
)

// A Check finds out whether something is as the server needs it.
type Check struct {
	Name  string
	Wrong string                      // what anybody may read if it is not so, as in "the database does not answer"
	Alive bool                        // without it the server can do nothing for anybody
	Look  func(context.Context) error // the reason goes to the log only
}

// healthLimit is how long it may take to find out whether the server works.
const healthLimit = 3 * time.Second

// showHealth answers programs that restart a server: 200 if it can do anything for anybody, 503 if not.
func (s *Server) showHealth(w http.ResponseWriter, r *http.Request) error {
	return s.showChecks(w, r, func(c Check) bool { return c.Alive })
}

// showReady answers programs that send people to a server: 200 if a participant can begin here, 503 if not.
func (s *Server) showReady(w http.ResponseWriter, r *http.Request) error {
	return s.showChecks(w, r, func(Check) bool { return true })
}

// showChecks makes the checks that count. Its answer says what is wrong and not why, because anybody may ask.
func (s *Server) showChecks(w http.ResponseWriter, r *http.Request, counts func(Check) bool) error {
	ctx, cancel := context.WithTimeout(r.Context(), healthLimit)
	defer cancel()
	say := ""
	for _, c := range s.checks {
		if !counts(c) {
			continue
		}
		if err := c.Look(ctx); err != nil {
			s.Log.ErrorContext(ctx, "not healthy", "check", c.Name, "err", err)
			say += c.Wrong + "\n"
		}
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if say == "" {
		say = "ok\n"
	} else {
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	_, err := io.WriteString(w, say)
	return err
}
