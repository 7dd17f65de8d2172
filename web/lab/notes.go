package lab

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"vmstudy/study"
	"vmstudy/study/audit"
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

// KeepNote keeps a note about the moment of a session that the form names, in milliseconds since 1970 by the server's clock: when its writer began
// to write. It belongs to the attempt that the page showed then, also if that has ended meanwhile, and another one runs.
func (s *Server) KeepNote(w http.ResponseWriter, r *http.Request) error {
	id, err := page.ID[study.SessionID](r, "session")
	if err != nil {
		return err
	}
	x, err := s.Store.Session(r.Context(), id)
	if err != nil {
		return err
	}
	in, err := page.Form(r)
	if err != nil {
		return err
	}
	again := func(say string) error {
		v, err := s.watchView(r)
		if err != nil {
			return err
		}
		v.Noted.Try(in.Get("noticed"), in.Get("tags"), say)
		if _, err := watched(x, in, s.Now()); err == nil {
			v.Noted.Attempt, v.Noted.Moment = in.Get("attempt"), in.Get("moment")
		}
		return s.renderWatch(w, r, http.StatusUnprocessableEntity, v)
	}
	n, err := watched(x, in, s.Now())
	if say := study.Sentence(err); say != "" {
		return again(page.Sentence(say))
	}
	return s.keepNote(w, r, n, again)
}

// watched reads which attempt of a session a note is about, and which moment; the zero attempt if there was no desktop.
func watched(x study.Session, in url.Values, now time.Time) (study.Note, error) {
	ms, err := strconv.ParseInt(in.Get("moment"), 10, 64)
	attempt, err2 := strconv.ParseInt(in.Get("attempt"), 10, 64)
	n := study.Note{Session: x.ID, Attempt: study.AttemptID(attempt), At: time.UnixMilli(ms)}
	_, _, found := x.Attempt(n.Attempt)
	if err != nil || err2 != nil || n.At.Before(x.StartedAt.Truncate(time.Millisecond)) || n.At.After(now.Add(time.Minute)) || attempt != 0 && !found {
		return n, study.Refuse(study.ErrInvalid, "The page did not say which moment the note is about. Look whether it is about what the page shows now, and keep it again.")
	}
	if n.At.After(now) { // a clock was set back
		n.At = now
	}
	return n, nil
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
	n, err = s.noteIn(r.Context(), n, in)
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

// noteIn returns n with what the form says, or why it cannot be kept.
func (s *Server) noteIn(ctx context.Context, n study.Note, in url.Values) (study.Note, error) {
	n.WrittenAt, n.By = s.Now(), page.Who(ctx).ID
	n.Text, n.Tags = strings.TrimSpace(in.Get("noticed")), study.ParseTags(in.Get("tags"))
	err := n.Check()
	if err == nil && !(page.Storable(n.Text) && page.Storable(in.Get("tags"))) {
		err = study.Refuse(study.ErrInvalid, "Use plain text: some of these characters cannot be stored.")
	}
	return n, err
}

// errNoMoment tells a program what the moment of a note can be.
var errNoMoment = study.Refuse(study.ErrInvalid, "The moment of a note lies between the beginning of the session and now, and its attempt, if it names one, is one of that session.")

// AddNote keeps a note about a moment of a session, as the form of KeepNote says.
func (s *Server) AddNote(ctx context.Context, id study.SessionID, in url.Values) (study.NoteID, error) {
	x, err := s.Store.Session(ctx, id)
	if err != nil {
		return 0, err
	}
	n, err := watched(x, in, s.Now())
	if _, _, found := x.Attempt(n.Attempt); n.Attempt != 0 && !found {
		return 0, page.ErrMissing("There is no attempt %s in session %s.", int64(n.Attempt), int64(id))
	}
	if err != nil {
		return 0, errNoMoment
	}
	if n, err = s.noteIn(ctx, n, in); err != nil {
		return 0, err
	}
	return s.Store.AddNote(ctx, n)
}

// RemoveNote removes a note from a session. The audit says whose it was and when it was written, and not its text, which is about a person and
// goes when what they gave is erased.
func (s *Server) RemoveNote(w http.ResponseWriter, r *http.Request) error {
	id, err := page.ID[study.SessionID](r, "session")
	if err != nil {
		return err
	}
	note, err := page.ID[study.NoteID](r, "note")
	if err != nil {
		return err
	}
	if err := s.TakeNoteAway(r.Context(), id, note); err != nil {
		return err
	}
	return page.Redirect(w, r, fmt.Sprintf("/lab/sessions/%d#notes", id))
}

// TakeNoteAway removes a note from a session, if who is signed in may.
func (s *Server) TakeNoteAway(ctx context.Context, id study.SessionID, note study.NoteID) error {
	x, err := s.Store.Session(ctx, id)
	if err != nil {
		return err
	}
	notes, err := s.Store.Notes(ctx, id)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(notes, func(n study.Note) bool { return n.ID == note })
	if i < 0 {
		return page.ErrMissing("There is no note %s on session %s.", int64(note), int64(id))
	}
	if err := notes[i].Removable(page.Who(ctx).ID, page.May(ctx, study.Manage, x.Study)); err != nil {
		return err
	}
	whose := fmt.Sprintf("of %s, written at %s", cmp.Or(notes[i].Name, "nobody who is known"), stamp(notes[i].WrittenAt))
	return s.Store.RemoveNote(audit.Because(ctx, whose), id, note)
}

// notesView returns the notes on a session for its pages, with what their reader may do. Each leads to its moment in the replay of its attempt, if there is one.
func (s *Server) notesView(ctx context.Context, x study.Session, notes []study.Note, recordings []study.Recording) (rows []view.NoteRow) {
	for _, n := range notes {
		row := view.NoteRow{ID: int64(n.ID), Session: int64(x.ID), At: s.Moment(n.At), Text: n.Text, Tags: n.Tags, By: n.Name}
		row.Removable = n.Removable(page.Who(ctx).ID, page.May(ctx, study.Manage, x.Study)) == nil
		if t, _, found := x.Attempt(n.Attempt); found {
			row.Where = t.Condition.Code()
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
