package web

import (
	"context"
	"io"
	"net/http"
	"time"

	"vmstudy/web/view"
)

func (s *Server) showHome(w http.ResponseWriter, r *http.Request) error {
	return s.Render(w, r, http.StatusOK, view.Home(s.LabPage(r, "User studies of virtual machine access")))
}

// healthLimit is how long it may take to find out whether the server works.
const healthLimit = 3 * time.Second

// showHealth answers programs that monitor the server: 200 if the server can do its work, 503 if
// not. The reason goes to the log only, because anybody may ask.
func (s *Server) showHealth(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := context.WithTimeout(r.Context(), healthLimit)
	defer cancel()
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	say := "ok\n"
	if err := s.healthy(ctx); err != nil {
		s.Log.ErrorContext(ctx, "not healthy", "err", err)
		w.WriteHeader(http.StatusServiceUnavailable)
		say = "the database does not answer\n"
	}
	_, err := io.WriteString(w, say)
	return err
}
