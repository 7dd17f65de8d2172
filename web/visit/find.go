package visit

import (
	"errors"
	"net/http"
	"slices"

	"vmstudy/study"
	"vmstudy/web/catalogue"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// FindVisit answers the bare address of Visits, which names no visit. If this browser knows exactly
// one visit, it leads there; if there are several, it does not guess.
func (s *Server) FindVisit(w http.ResponseWriter, r *http.Request) error {
	all := s.known(r)
	for _, secret := range s.secrets(r) { // the cookie of an earlier version, which had one cookie for all visits
		p, err := s.personByLink(r, secret)
		if errors.Is(err, study.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if p.Session != 0 && !slices.Contains(all, p.Session) {
			all = append(all, p.Session)
		}
	}
	switch len(all) {
	case 0:
		return s.notice(w, r, http.StatusForbidden, view.Notice{Title: catalogue.Say(r.Context(), "Please use your personal link"), Say: page.SayRefusal(r.Context(), page.ErrStranger)})
	case 1:
		return page.Redirect(w, r, page.VisitPath(all[0]))
	}
	return s.notice(w, r, http.StatusConflict, view.Notice{
		Title: catalogue.Say(r.Context(), "Which visit is yours?"),
		Say:   catalogue.Say(r.Context(), "Several visits have been begun in this browser. Please open the personal link that you were given: it brings you to where you were."),
	})
}

// errOldForm answers a form or a batch of a page that was opened before paths named their session.
// Its status is not 4xx, because such a page would then delete the batch.
var errOldForm = study.Refuse(page.ErrOutdated,
	"This page is from before an update of the study's program, so what it sent was not stored. Go back, copy what you have written, and load the page again.")

// RefuseOldForm answers what such pages send.
func (s *Server) RefuseOldForm(http.ResponseWriter, *http.Request) error { return errOldForm }
