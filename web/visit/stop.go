package visit

import (
	"context"
	"errors"
	"net/http"

	"vmstudy/study"
	"vmstudy/study/audit"
	"vmstudy/web/catalogue"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// Leave lets participants leave a study. It is implemented by session.Leaving.
type Leave interface {
	// Withdraw records that p takes no part any more, ends their desktop and, if w says so, erases what they gave. It returns
	// when all of that is done.
	Withdraw(ctx context.Context, p study.Participant, w study.Withdrawal) error
}

// stopPath is where the participant of a visit says that they take no part any more.
func stopPath(id study.SessionID) string { return page.VisitPath(id) + "/stop" }

// ShowStop asks the participant of a visit whether they stop taking part.
func (s *Server) ShowStop(w http.ResponseWriter, r *http.Request, v study.Session) error {
	return s.renderStop(w, r, http.StatusOK, s.stopOf(v, ""))
}

// Stop ends a visit because its participant wants that.
func (s *Server) Stop(w http.ResponseWriter, r *http.Request, v study.Session) error {
	return s.stop(w, r, v.Participant, s.stopOf(v, ""))
}

// stopOf returns the page on which the participant of v stops.
func (s *Server) stopOf(v study.Session, say string) view.Stop {
	m := view.Stop{Action: stopPath(v.ID), Over: !v.EndedAt.IsZero() || v.Assignment.MayGoOn() != nil, Say: say}
	if !m.Over {
		m.Back = page.VisitPath(v.ID)
	}
	return m
}

// ShowStopByLink asks the same of somebody who has opened their personal link only.
func (s *Server) ShowStopByLink(w http.ResponseWriter, r *http.Request) error {
	b, err := s.booking(r)
	if err != nil {
		return s.failWelcome(w, r, err)
	}
	return s.renderStop(w, r, http.StatusOK, b.stop())
}

// StopByLink lets them stop.
func (s *Server) StopByLink(w http.ResponseWriter, r *http.Request) error {
	b, err := s.booking(r)
	if err != nil {
		return s.failWelcome(w, r, err)
	}
	return s.stop(w, r, b.person, b.stop())
}

// stopPath is where the participant of b says that they take no part any more; empty while there is nothing to take part in.
func (b booking) stopPath() string {
	if b.study.Published == nil {
		return ""
	}
	return page.LinkPath(b.person.Link) + "/stop"
}

func (b booking) stop() view.Stop {
	m := view.Stop{Action: page.LinkPath(b.person.Link) + "/stop", Over: b.over != nil || b.person.Finished}
	if !m.Over {
		m.Back = b.path()
	}
	return m
}

func (s *Server) renderStop(w http.ResponseWriter, r *http.Request, code int, m view.Stop) error {
	title := catalogue.Say(r.Context(), "Stop taking part")
	return s.Render(w, r, code, view.StopPage(s.VisitPage(title), m))
}

// stop does what the form says, and leads to the personal link, which says what has become of it.
func (s *Server) stop(w http.ResponseWriter, r *http.Request, p study.Participant, m view.Stop) error {
	in, err := page.Form(r)
	if err != nil {
		return err
	}
	data := in.Get("data")
	if data != "keep" && data != "erase" {
		m.Say = catalogue.Say(r.Context(), "Please choose whether what you gave is kept or erased.")
		return s.renderStop(w, r, http.StatusUnprocessableEntity, m)
	}
	doing := audit.During(r.Context(), audit.Act{Who: "participant " + p.Code, At: s.Now(), What: func() (string, string, string) {
		return "stop taking part", "participant " + p.Code, "data=" + data
	}})
	if err := s.leave.Withdraw(doing, p, study.Withdrawal{Erase: data == "erase", At: s.Now()}); err != nil {
		return err
	}
	return page.Redirect(w, r, page.LinkPath(p.Link))
}

// renderLeft answers the personal link of somebody who has stopped taking part. stop is where they can have erased what they gave.
func (s *Server) renderLeft(w http.ResponseWriter, r *http.Request, code int, who study.Participant, stop string) error {
	t := catalogue.From(r.Context())
	m := view.Left{Title: t.Say("You have stopped taking part"), Say: t.Say("Thank you for your time. What you gave until then is kept.")}
	p := s.VisitPage(m.Title)
	stone, err := s.store.Tombstone(r.Context(), who.ID)
	kept := errors.Is(err, study.ErrNotFound)
	if err != nil && !kept {
		return err
	}
	if kept || stone.FilesGoneAt.IsZero() {
		m.Erase = stop
		if !kept {
			m.Say = t.Say("You asked to have erased what you gave. Not all of it is gone yet. Please ask once more, or tell the experimenter.")
		}
		return s.Render(w, r, code, view.LeftPage(p, m))
	}
	erased := s.Local(stone.ErasedAt)
	m.Say = t.Say("Thank you for your time. What you gave was erased on %s. Only that is left: that somebody with the code %s was here, and has stopped.",
		t.Day(erased)+" ("+page.ZoneName(erased)+")", stone.Code)
	p.Forget = int64(stone.Session)
	return s.Render(w, r, code, view.LeftPage(p, m))
}
