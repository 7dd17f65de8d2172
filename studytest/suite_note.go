package studytest

import (
	"strings"
	"time"

	"vmstudy/analysis"
	"vmstudy/study"
)

func testNotes(l *lab) {
	v := l.published(OneTrial())
	x := l.started(l.people(v.Study, false, 1)[0])
	beside := l.started(l.people(v.Study, false, 1)[0])
	a := l.opened(x.Trials[0])
	l.must(l.SetPassword(l.ctx(), "ada", "hash"))
	by := l.named("ada")
	later := study.Note{Session: x.ID, Attempt: a.ID, At: Noon.Add(time.Minute), WrittenAt: Noon.Add(time.Hour), By: by, Text: "clicks twice", Tags: []string{"lag", "again"}}
	sooner := study.Note{Session: x.ID, At: Noon, WrittenAt: Noon, Text: "says hello"}
	for _, n := range []*study.Note{&later, &sooner} {
		id, err := l.AddNote(l.ctx(), *n)
		l.must(err)
		n.ID = id
	}
	later.Name = "ada"
	got, err := l.Notes(l.ctx(), x.ID)
	l.must(err)
	l.wantEqual("the notes on a session, by their moments", got, []study.Note{sooner, later})

	f := analysis.Filter{Study: v.Study}
	rows := all(l, l.source.Notes(l.ctx(), f))
	l.wantEqual("notes in an export", len(rows), 2)
	l.wantEqual("a note on an attempt, in an export", []any{rows[1].Participant, rows[1].Trial, rows[1].Position, rows[1].Number, rows[1].Condition.Code(), rows[1].Note},
		[]any{x.Participant.Code, x.Trials[0].ID, x.Trials[0].Position, 1, x.Trials[0].Condition.Code(), later})
	l.wantEqual("a note on no attempt, in an export", []any{rows[0].Trial, rows[0].Number, rows[0].Note}, []any{study.TrialID(0), 0, sooner})

	for name, test := range map[string]struct {
		note study.Note
		want error
	}{
		"on no session":                      {study.Note{Session: 4711, Text: "x"}, study.ErrNotFound},
		"on an attempt of another session":   {study.Note{Session: beside.ID, Attempt: a.ID, Text: "x"}, study.ErrNotFound},
		"without words":                      {study.Note{Session: x.ID, Text: " "}, study.ErrInvalid},
		"with a tag longer than tags may be": {study.Note{Session: x.ID, Text: "x", Tags: []string{strings.Repeat("t", study.TagLimit+1)}}, study.ErrInvalid},
	} {
		test.note.At, test.note.WrittenAt = Noon, Noon
		_, err := l.AddNote(l.ctx(), test.note)
		l.wantKind("a note "+name, err, test.want)
	}
	l.wantKind("remove a note by the name of another session", l.RemoveNote(l.ctx(), beside.ID, later.ID), study.ErrNotFound)
	l.must(l.RemoveNote(l.ctx(), x.ID, later.ID))
	l.wantKind("remove a note again", l.RemoveNote(l.ctx(), x.ID, later.ID), study.ErrNotFound)

	// A note is about a person: it goes with what they gave.
	l.must(l.Withdraw(l.ctx(), x.Participant.ID, study.Withdrawal{Erase: true, At: Noon}))
	stone, err := l.Erase(l.ctx(), x.Participant.ID, Noon)
	l.must(err)
	told := 0
	for _, kind := range stone.Removed {
		if kind.Kind == "note" {
			told = kind.Rows
		}
	}
	l.wantEqual("how many notes a tombstone tells of", told, 1)
	l.wantEqual("notes in an export after that", len(all(l, l.source.Notes(l.ctx(), f))), 0)
}
