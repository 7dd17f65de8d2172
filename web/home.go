package web

import (
	"net/http"

	"vmstudy/web/view"
)

func (s *Server) showHome(w http.ResponseWriter, r *http.Request) error {
	return s.Render(w, r, http.StatusOK, view.Home(s.LabPage(r, "User studies of virtual machine access")))
}
