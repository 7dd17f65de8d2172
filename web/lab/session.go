package lab

import (
	"net/http"

	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// ShowSession shows what is on record of a session.
func (s *Server) ShowSession(w http.ResponseWriter, r *http.Request) error {
	return s.renderSession(w, r, http.StatusOK, view.Standing{})
}

// renderSession shows that page. tried has the reason that was typed to rule on the participant, or on a trial,
// and why that could not be done.
func (s *Server) renderSession(w http.ResponseWriter, r *http.Request, code int, tried view.Standing) error {
	v, err := s.sessionView(r)
	if err != nil {
		return err
	}
	v.Try(tried)
	p := s.LabPage(r, "Session of "+v.Code)
	p.Scripts, p.Styles = []string{"live.js"}, []string{"results.css"}
	return s.Render(w, r, code, view.SessionPage(p, v))
}

// ShowTrials answers with the part of a session's page that changes during the session.
func (s *Server) ShowTrials(w http.ResponseWriter, r *http.Request) error {
	v, err := s.sessionView(r)
	if err != nil {
		return err
	}
	return s.Render(w, r, http.StatusOK, view.SessionTrials(v))
}

func (s *Server) sessionView(r *http.Request) (view.Session, error) {
	id, err := page.ID[study.SessionID](r, "session")
	if err != nil {
		return view.Session{}, err
	}
	visit, err := s.Store.Session(r.Context(), id)
	if err != nil {
		return view.Session{}, err
	}
	st, err := s.Store.Study(r.Context(), visit.Study)
	if err != nil {
		return view.Session{}, err
	}
	ratings, err := s.Store.Ratings(r.Context(), id)
	if err != nil {
		return view.Session{}, err
	}
	recordings, err := s.Store.Recordings(r.Context(), id)
	if err != nil {
		return view.Session{}, err
	}
	crisp, err := s.Store.FirstCrisp(r.Context(), id)
	if err != nil {
		return view.Session{}, err
	}
	v := s.visitView(visit, ratings, crisp)
	v.Study, v.Recordings = studyView(st), s.recordingsView(visit, recordings)
	notes, err := s.Store.Notes(r.Context(), id)
	if err != nil {
		return view.Session{}, err
	}
	v.Notes = s.notesView(r.Context(), visit, notes, recordings)
	receipts, err := s.Store.Receipts(r.Context(), id)
	if err != nil {
		return view.Session{}, err
	}
	events, err := s.Store.Events(r.Context(), id)
	if err != nil {
		return view.Session{}, err
	}
	traffic, err := s.Store.Traffic(r.Context(), id)
	if err != nil {
		return view.Session{}, err
	}
	v.Networks = networkFigures(visit, traffic)
	v.Arrival, v.Events = arrivalView(receipts, v.Open), s.eventsView(events, visit.StartedAt)
	if status, _ := s.Conduct.Status(id); status.Attempt != 0 {
		v.Now = view.Now{Stage: status.Stage, Done: megabytes(status.Done), Total: megabytes(status.Total)}
	}
	return v, nil
}
