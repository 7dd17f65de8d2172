package api

import (
	"context"
	"strings"
	"time"

	"vmstudy/study"
)

// Note is what an experimenter noticed at a moment of a session.
type Note struct {
	ID        int64     `json:"id"`
	At        time.Time `json:"at" doc:"The moment that it is about."`
	WrittenAt time.Time `json:"written_at"`
	By        string    `json:"by,omitempty"`
	Attempt   int64     `json:"attempt,omitempty"`
	Text      string    `json:"text"`
	Tags      []string  `json:"tags" nullable:"false"`
}

// Notes lists the notes on a session.
func (s *Server) Notes(ctx context.Context, in *struct {
	InSession
	Paging
},
) (*Page[Note], error) {
	if _, err := s.session(ctx, in.id()); err != nil {
		return nil, err
	}
	load := func(p study.Part) ([]study.Note, error) { return s.lab.Store.NotesIn(ctx, in.id(), p) }
	return read(in.Paging, func(n study.Note) int64 { return int64(n.ID) }, load, func(n study.Note) Note {
		return Note{int64(n.ID), n.At, n.WrittenAt, n.Name, int64(n.Attempt), n.Text, append([]string{}, n.Tags...)}
	})
}

// NewNote is the answer with the number of a note that was just made.
type NewNote struct {
	Body struct {
		ID int64 `json:"id"`
	}
}

// AddNote keeps a note about a moment of a session.
func (s *Server) AddNote(ctx context.Context, in *struct {
	InSession
	Body struct {
		Text    string    `json:"text"`
		Tags    []string  `json:"tags,omitempty" nullable:"false"`
		At      time.Time `json:"at" doc:"The moment that it is about."`
		Attempt int64     `json:"attempt,omitempty" doc:"The attempt that it is about."`
	}
},
) (*NewNote, error) {
	if _, err := s.session(ctx, in.id()); err != nil {
		return nil, err
	}
	id, err := s.lab.AddNote(ctx, in.id(), form(ctx, map[string]string{
		"noticed": in.Body.Text, "tags": strings.Join(in.Body.Tags, ","),
		"moment": number(in.Body.At.UnixMilli()), "attempt": number(in.Body.Attempt),
	}))
	if err != nil {
		return nil, err
	}
	out := &NewNote{}
	out.Body.ID = int64(id)
	return out, nil
}

// RemoveNote removes a note from a session.
func (s *Server) RemoveNote(ctx context.Context, in *struct {
	InSession
	Note int64 `path:"note" minimum:"1" doc:"Number of the note."`
},
) (*struct{}, error) {
	if _, err := s.session(ctx, in.id()); err != nil {
		return nil, err
	}
	return nil, s.lab.TakeNoteAway(ctx, in.id(), study.NoteID(in.Note))
}
