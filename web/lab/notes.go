package lab

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"vmstudy/study"
	"vmstudy/web/page"
	"vmstudy/web/view"
)

// Notes are what experimenters write about moments of sessions.
type Notes interface {
	// AddNote returns what study.Note.Check does, and study.ErrNotFound if the attempt is not of that session.
	AddNote(ctx context.Context, n study.Note) (study.NoteID, error)
	RemoveNote(ctx context.Context, s study.SessionID, id study.NoteID) error
	Notes(ctx context.Context, s study.SessionID) ([]study.Note, error) // by moment
}

// KeepNote keeps a note about this moment of a session.
func (s *Server) KeepNote(w http.ResponseWriter, r *http.Request) error {
	id, err := page.ID[study.SessionID](r, "session")
	if err != nil {
		return err
	}
	x, err := s.Store.Session(r.Context(), id)
	if err != nil {
		return err
	}
	n := study.Note{Session: id, At: s.Now()}
	if step := x.Step(); step.Kind == study.StepDesktop {
		n.Attempt = x.Trials[step.Trial].Last().ID
	}
	return s.keepNote(w, r, n, func(say string) error {
		v, err := s.watchView(r)
		if err != nil {
			return err
		}
		v.Noted.Try(r.PostForm.Get("noticed"), r.PostForm.Get("tags"), say)
		return s.renderWatch(w, r, http.StatusUnprocessableEntity, v)
	})
}

// KeepReplayNote keeps a note about a moment of a replay, which the form names in milliseconds since the recording began.
func (s *Server) KeepReplayNote(w http.ResponseWriter, r *http.Request) error {
	x, err := s.kept(r)
	if err != nil {
		return err
	}
	in, err := page.Form(r)
	if err != nil {
		return err
	}
	ms, err := strconv.ParseInt(in.Get("moment"), 10, 64)
	if err != nil || ms < 0 || time.Duration(ms)*time.Millisecond > x.Duration+time.Minute {
		return study.Refuse(study.ErrInvalid, "The note says of no moment of this recording: play the replay, and write it there.")
	}
	n := study.Note{Session: x.session.ID, Attempt: x.Attempt, At: x.BeganAt.Add(time.Duration(ms) * time.Millisecond)}
	return s.keepNote(w, r, n, func(say string) error {
		return s.renderReplay(w, r, http.StatusUnprocessableEntity, x, view.NoteForm{Text: in.Get("noticed"), Tags: in.Get("tags"), Moment: in.Get("moment"), Say: say})
	})
}

// keepNote keeps n with what the form says. What is wrong with that is handed to again, which shows the page with what was typed.
func (s *Server) keepNote(w http.ResponseWriter, r *http.Request, n study.Note, again func(say string) error) error {
	in, err := page.Form(r)
	if err != nil {
		return err
	}
	n.WrittenAt, n.By = s.Now(), page.Who(r.Context()).ID
	n.Text, n.Tags = strings.TrimSpace(in.Get("noticed")), study.ParseTags(in.Get("tags"))
	err = n.Check()
	if err == nil && !(page.Storable(n.Text) && page.Storable(in.Get("tags"))) {
		err = study.Refuse(study.ErrInvalid, "Use plain text: some of these characters cannot be stored.")
	}
	if say := study.Sentence(err); say != "" {
		return again(page.Sentence(say))
	}
	if _, err := s.Store.AddNote(r.Context(), n); err != nil {
		return err
	}
	if strings.HasSuffix(r.URL.Path, "/replay/notes") {
		return page.Redirect(w, r, strings.TrimSuffix(r.URL.Path, "/notes")+"#t="+in.Get("moment"))
	}
	return page.Redirect(w, r, fmt.Sprintf("/lab/sessions/%d/watch", n.Session))
}

// RemoveNote removes a note from a session.
func (s *Server) RemoveNote(w http.ResponseWriter, r *http.Request) error {
	id, err := page.ID[study.SessionID](r, "session")
	if err != nil {
		return err
	}
	note, err := page.ID[study.NoteID](r, "note")
	if err != nil {
		return err
	}
	if err := s.Store.RemoveNote(r.Context(), id, note); err != nil {
		return err
	}
	return page.Redirect(w, r, fmt.Sprintf("/lab/sessions/%d#notes", id))
}

// notesView returns the notes on a session for its pages. Each leads to its moment in the replay of its attempt, if there is one.
func (s *Server) notesView(x study.Session, notes []study.Note, recordings []study.Recording) (rows []view.NoteRow) {
	for _, n := range notes {
		row := view.NoteRow{ID: int64(n.ID), Session: int64(x.ID), At: s.Moment(n.At), Text: n.Text, Tags: n.Tags, By: n.Name}
		for _, t := range x.Trials {
			for _, a := range t.Attempts {
				if a.ID == n.Attempt && n.Attempt != 0 {
					row.Where = t.Condition.Code()
				}
			}
		}
		for _, r := range recordings {
			if r.Attempt == n.Attempt && r.Kept() && r.DeletedAt.IsZero() && r.Bytes > 0 {
				row.Replay = fmt.Sprintf("/lab/sessions/%d/attempts/%d/replay#t=%d", x.ID, n.Attempt, max(0, n.At.Sub(r.BeganAt).Milliseconds()))
			}
		}
		rows = append(rows, row)
	}
	return rows
}
