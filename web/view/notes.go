package view

import "fmt"

// NoteRow is a note of an experimenter about a moment of a session.
type NoteRow struct {
	ID, Session int64
	At          string
	Where       string // the condition of the trial; empty if it is about none
	Text        string
	Tags        []string
	By          string
	Removable   bool   // by the reader
	Replay      string // the address of the moment in a replay; empty if there is none
}

// NoteForm is what was typed in the form for a note.
type NoteForm struct {
	Text, Tags      string
	Attempt, Moment string // that it is about
	Limit           int    // of the text, in characters
	Say             string // what is wrong with it
}

// Try fills in what was typed, and what is wrong with it.
func (f *NoteForm) Try(text, tags, say string) { f.Text, f.Tags, f.Say = text, tags, say }

func (r NoteRow) remove() string {
	return fmt.Sprintf("/lab/sessions/%d/notes/%d/remove", r.Session, r.ID)
}
