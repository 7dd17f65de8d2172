package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"

	"vmstudy/study"
	"vmstudy/web/view"
)

// Two things decide who acts in a visit, and they must agree: the session in the path of the page,
// form, line or batch, and a secret that only the browser of that session's participant has.

// errStranger answers a request to a visit that does not have its participant's secret.
var errStranger = study.Refuse(study.ErrDenied,
	"This page belongs to a visit. Please open the personal link that you were given: it brings you to where you were.")

// visitor returns the session in the path if r has the cookie of its participant. Otherwise, and if
// there is no such session, it returns errStranger.
func (s *Server) visitor(r *http.Request) (study.Session, error) {
	secrets := s.secrets(r)
	if len(secrets) == 0 {
		return study.Session{}, errStranger
	}
	return s.sessionFor(r, func(v study.Session) bool {
		return slices.ContainsFunc(secrets, func(secret string) bool { return same(secret, v.Participant.Link) })
	})
}

// handInHeader is the header with the key of a visit's batches.
const handInHeader = "Hand-In-Key"

// handInKey returns the key of batches of v. A browser stores it beside each batch: with it, any
// page of this server may send the batches of v, whoever uses the browser now. It gives no other
// access, and nobody can compute the personal link from it.
func handInKey(v study.Session) string {
	mac := hmac.New(sha256.New, []byte(v.Participant.Link))
	fmt.Fprintf(mac, "batches of session %d", v.ID)
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// bringer returns the session in the path if r has the key of its batches or the cookie of its
// participant. Otherwise it returns errStranger.
func (s *Server) bringer(r *http.Request) (study.Session, error) {
	key := r.Header.Get(handInHeader)
	if key == "" { // stored by an earlier version, which had no keys
		return s.visitor(r)
	}
	return s.sessionFor(r, func(v study.Session) bool { return same(key, handInKey(v)) })
}

// sessionFor returns the session in the path if letsIn accepts it, and errStranger otherwise.
func (s *Server) sessionFor(r *http.Request, letsIn func(study.Session) bool) (study.Session, error) {
	id, err := pathID[study.SessionID](r, "session")
	if err != nil {
		return study.Session{}, errStranger
	}
	v, err := s.store.Session(r.Context(), id)
	switch {
	case errors.Is(err, study.ErrNotFound), err == nil && !letsIn(v):
		return study.Session{}, errStranger
	case err != nil:
		return study.Session{}, fmt.Errorf("visit of session %d: %w", id, err)
	}
	return v, nil
}

const longestLink = 200 // bytes; ours have 26

// personByLink returns the participant of a personal link, or study.ErrNotFound.
func (s *Server) personByLink(r *http.Request, link string) (study.Participant, error) {
	if link == "" || len(link) > longestLink || !storable(link) {
		return study.Participant{}, fmt.Errorf("personal link: %w", study.ErrNotFound)
	}
	return s.store.ParticipantByLink(r.Context(), link)
}

// guest returns the participant whose personal link is in the path.
func (s *Server) guest(r *http.Request) (study.Participant, error) {
	return s.personByLink(r, chi.URLParam(r, "link"))
}

// visitHandler answers a request of a participant. v is their session.
type visitHandler func(w http.ResponseWriter, r *http.Request, v study.Session) error

// visit makes an HTTP handler of h that only lets participants pass.
func (s *Server) visit(h visitHandler) http.HandlerFunc {
	return s.page(func(w http.ResponseWriter, r *http.Request) error {
		v, err := s.visitor(r)
		if errors.Is(err, errStranger) && wantsHTML(r) {
			n := view.Notice{Title: "Please use your personal link", Say: study.Sentence(err)}
			if r.Method == http.MethodPost {
				n.Say += " What you have just sent was not stored, and it is not lost: open your link in this tab, and it is on the page again."
			}
			return s.notice(w, r, http.StatusForbidden, n)
		}
		if err != nil {
			return err
		}
		return h(w, r, v)
	})
}

// visitPage returns what every participant's page shows around its content.
func (s *Server) visitPage(r *http.Request, title string) view.Page {
	return view.Page{Title: title, Version: s.version, Styles: []string{"visit.css"}, Visits: visits}
}

// notice answers with a page that has only a title and a few sentences.
func (s *Server) notice(w http.ResponseWriter, r *http.Request, code int, n view.Notice) error {
	return s.render(w, r, code, view.NoticePage(s.visitPage(r, n.Title), n))
}
