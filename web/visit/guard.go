package visit

import (
	"errors"
	"net/http"

	"vmstudy/study"
	"vmstudy/web/catalogue"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// visitHandler answers a request of a participant. v is their session.
type visitHandler func(w http.ResponseWriter, r *http.Request, v study.Session) error

// Visit makes an HTTP handler of h that only lets participants pass who can go on. Others read why they cannot.
func (s *Server) Visit(h visitHandler) http.HandlerFunc {
	return s.Admitted(func(w http.ResponseWriter, r *http.Request, v study.Session) error {
		if err := v.Assignment.MayGoOn(); err != nil {
			return s.noticeOver(w, r, v.Participant, stopPath(v.ID), err)
		}
		return h(w, r, v)
	})
}

// Admitted makes an HTTP handler of h that only lets participants pass.
func (s *Server) Admitted(h visitHandler) http.HandlerFunc {
	return s.Handle(func(w http.ResponseWriter, r *http.Request) error {
		v, err := s.Visitor(r)
		if errors.Is(err, page.ErrStranger) && page.WantsHTML(r) {
			n := view.Notice{Title: catalogue.Say(r.Context(), "Please use your personal link"), Say: page.SayRefusal(r.Context(), err)}
			if r.Method == http.MethodPost {
				n.Say += " " + catalogue.Say(r.Context(), "What you have just sent was not stored, and it is not lost: open your link in this tab, and it is on the page again.")
			}
			return s.notice(w, r, http.StatusForbidden, n)
		}
		if err != nil {
			return err
		}
		catalogue.Speak(r.Context(), v.Speaks())
		return h(w, r, v)
	})
}

// noticeOver answers with a page that says that a visit is over. A form that comes now changes nothing, which its status says.
// stop is where the participant can have erased what they gave.
func (s *Server) noticeOver(w http.ResponseWriter, r *http.Request, who study.Participant, stop string, why error) error {
	code := http.StatusOK
	if r.Method == http.MethodPost {
		code = http.StatusConflict
	}
	if who.Ruled == study.PlaceWithdrawn {
		return s.renderLeft(w, r, code, who, stop)
	}
	n := view.Notice{Title: catalogue.Say(r.Context(), "Thank you"), Say: page.SayRefusal(r.Context(), why)}
	p := s.VisitPage(n.Title)
	p.Stop, p.Over = stop, true
	return s.Render(w, r, code, view.NoticePage(p, n))
}

// notice answers with a page that has only a title and a few sentences.
func (s *Server) notice(w http.ResponseWriter, r *http.Request, code int, n view.Notice) error {
	return s.Render(w, r, code, view.NoticePage(s.VisitPage(n.Title), n))
}
