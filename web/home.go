package web

import (
	"io"
	"net/http"

	"vmstudy/web/view"
)

func (s *Server) showHome(w http.ResponseWriter, r *http.Request) error {
	return s.render(w, r, http.StatusOK, view.Home(s.view(r, "User studies of virtual machine access")))
}

// showHealth answers whoever watches the server.
func (s *Server) showHealth(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, err := io.WriteString(w, "ok\n")
	return err
}
