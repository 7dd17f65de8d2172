package web

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/go-chi/chi/v5"

	"vmstudy/study"
	"vmstudy/web/view"
)

// visitCookieName names the cookie that carries a participant from the personal link to the
// pages of the visit.
const visitCookieName = "visit"

// visitCookie is the personal link's secret in a cookie. It is the only thing the browser
// keeps: where the participant stands is looked up anew for every page.
func (s *Server) visitCookie(link string) *http.Cookie {
	return &http.Cookie{
		Name: visitCookieName, Value: link, Path: "/visit",
		HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode,
	}
}

// errStranger is a request to a visit by nobody in particular.
var errStranger = study.Refuse(study.ErrDenied,
	"This page belongs to a visit. Please open the personal link that you were given: it brings you to where you were.")

// visitor returns the participant whose cookie r carries. Without a cookie that leads to one
// who has begun it is a Refusal of kind study.ErrDenied.
func (s *Server) visitor(r *http.Request) (study.Participant, error) {
	c, err := r.Cookie(visitCookieName)
	if err != nil {
		return study.Participant{}, errStranger
	}
	p, err := s.personByLink(r, c.Value)
	if errors.Is(err, study.ErrNotFound) || err == nil && p.Session == 0 {
		return study.Participant{}, errStranger
	}
	return p, err
}

const longestLink = 200 // bytes; ours have 26

// personByLink returns the participant of a personal link, or study.ErrNotFound.
func (s *Server) personByLink(r *http.Request, link string) (study.Participant, error) {
	if link == "" || len(link) > longestLink || !storable(link) {
		return study.Participant{}, fmt.Errorf("personal link: %w", study.ErrNotFound)
	}
	return s.store.ParticipantByLink(r.Context(), link)
}

// guest returns the participant of the personal link in the path.
func (s *Server) guest(r *http.Request) (study.Participant, error) {
	return s.personByLink(r, chi.URLParam(r, "link"))
}

// visitHandler answers a request of a participant who stands somewhere in their visit.
type visitHandler func(w http.ResponseWriter, r *http.Request, v study.Session) error

// visit makes an http handler of h, for participants only.
func (s *Server) visit(h visitHandler) http.HandlerFunc {
	return s.page(func(w http.ResponseWriter, r *http.Request) error {
		p, err := s.visitor(r)
		if errors.Is(err, errStranger) && wantsHTML(r) {
			n := view.Notice{Title: "Please use your personal link", Say: study.Sentence(err)}
			return s.render(w, r, http.StatusForbidden, view.NoticePage(s.visitPage(r, n.Title), n))
		}
		if err != nil {
			return err
		}
		v, err := s.store.Session(r.Context(), p.Session)
		if err != nil {
			return fmt.Errorf("session of participant %d: %w", p.ID, err)
		}
		return h(w, r, v)
	})
}

// visitPage is what stands around the matter of a participant's page.
func (s *Server) visitPage(r *http.Request, title string) view.Page {
	return view.Page{Title: title, Version: s.version, Styles: []string{"visit.css"}}
}
