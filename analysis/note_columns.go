package analysis

import (
	"context"
	"iter"
	"slices"
	"strings"

	"vmstudy/study"
)

// Note is a note of an experimenter, with the trial that it is about, if it is about one.
type Note struct {
	Participant string // code
	Trial       study.TrialID
	Position    int // of the trial; 0 is practice
	Number      int // of the attempt within the trial; 0 if it is about none
	Condition   study.Condition
	Hash        string // of the version
	study.Note
}

var noteColumns = slices.Concat([]Column[Note]{
	{"session_id", "", "Number of the session.", func(n Note) Value { return id(n.Session) }},
	{"participant", "", "Code of the participant.", func(n Note) Value { return Text(n.Participant) }},
	{"study_hash", "", "SHA-256 of the study's version.", func(n Note) Value { return Text(n.Hash) }},
	{"note_id", "", "Number of the note.", func(n Note) Value { return id(n.ID) }},
	{"trial_id", "", "Number of the trial that the note is about; empty if it is about none.", func(n Note) Value { return id(n.Trial) }},
	{"position", "", "Place of that trial in the session, counted from 1; 0 is practice.", func(n Note) Value {
		if n.Trial == 0 {
			return Value{}
		}
		return Number(n.Position)
	}},
	{"attempt", "", "Number of the attempt within the trial.", func(n Note) Value { return positive(n.Number) }},
}, levelColumns(func(n Note) study.Condition { return n.Condition }), []Column[Note]{
	{"noted_at", "UTC", "The moment that the note is about. It was taken from the clock when the note was written during the session, or from the replay.", func(n Note) Value { return Moment(n.At) }},
	{"written_at", "UTC", "When the note was written.", func(n Note) Value { return Moment(n.WrittenAt) }},
	{"experimenter", "", "Name of the experimenter who wrote it.", func(n Note) Value { return Text(n.Name) }},
	{"tags", "", "Tags, in lower case, with blanks between them.", func(n Note) Value { return Text(strings.Join(n.Tags, " ")) }},
	{"note_text", "", "What the experimenter noticed, in their words. No participant has read it.", func(n Note) Value { return Text(n.Text) }},
})

// Notes implements [Source]: what experimenters write names conditions, and who is blind is not to know them.
func (s blindSource) Notes(context.Context, Filter) iter.Seq2[Note, error] {
	return func(func(Note, error) bool) {}
}
