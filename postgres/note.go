package postgres

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/analysis"
	"vmstudy/study"
)

type noteRow struct {
	ID           study.NoteID
	Session      study.SessionID
	Attempt      study.AttemptID
	At           time.Time
	WrittenAt    time.Time
	Experimenter study.ExperimenterID
	Name         string
	Text         string
	Tags         []string
}

func (r noteRow) note() study.Note {
	n := study.Note{ID: r.ID, Session: r.Session, Attempt: r.Attempt, At: r.At, WrittenAt: r.WrittenAt, By: r.Experimenter, Name: r.Name, Text: r.Text}
	if len(r.Tags) > 0 {
		n.Tags = r.Tags
	}
	return n
}

const (
	// A note about an attempt of another session is none.
	addNote = `
	INSERT INTO note (session, attempt, at, written_at, experimenter, text, tags)
	SELECT s.id, nullif($2::bigint, 0), $3, $4, nullif($5::bigint, 0), $6, $7
	FROM session s
	WHERE s.id = $1
	  AND ($2 = 0 OR EXISTS (SELECT FROM attempt a JOIN trial t ON t.id = a.trial WHERE a.id = $2 AND t.session = s.id))
	RETURNING id`

	removeNote = `DELETE FROM note WHERE session = $1 AND id = $2`

	noteFields = `n.id, n.session, coalesce(n.attempt, 0) AS attempt, n.at, n.written_at, coalesce(n.experimenter, 0) AS experimenter, coalesce(x.name, '') AS name, n.text, n.tags`

	notesOfSession = `
	SELECT ` + noteFields + `
	FROM note n LEFT JOIN experimenter x ON x.id = n.experimenter
	WHERE n.session = $1
	ORDER BY n.at, n.id`
)

// AddNote keeps a note about a moment of a session. It returns what study.Note.Check does, and study.ErrNotFound if there is no such session, or if
// the attempt belongs to another one.
func (db *DB) AddNote(ctx context.Context, n study.Note) (id study.NoteID, err error) {
	if err := n.Check(); err != nil {
		return 0, err
	}
	tags := n.Tags
	if tags == nil {
		tags = []string{}
	}
	err = db.write(ctx, func(tx pgx.Tx) (err error) {
		id, err = queryValue[study.NoteID](ctx, tx, addNote, n.Session, n.Attempt, n.At, n.WrittenAt, n.By, n.Text, tags)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("add a note to session %d: %w", n.Session, err)
	}
	return id, nil
}

// RemoveNote removes a note from a session, or returns study.ErrNotFound.
func (db *DB) RemoveNote(ctx context.Context, s study.SessionID, id study.NoteID) error {
	err := db.write(ctx, func(tx pgx.Tx) error { return mustChange(tx.Exec(ctx, removeNote, s, id)) })
	if err != nil {
		return fmt.Errorf("remove note %d of session %d: %w", id, s, err)
	}
	return nil
}

// Notes returns the notes on a session, by the moments that they are about.
func (db *DB) Notes(ctx context.Context, s study.SessionID) (all []study.Note, err error) {
	err = db.read(ctx, func(tx pgx.Tx) error {
		rows, err := queryAll[noteRow](ctx, tx, notesOfSession, s)
		all = column(rows, noteRow.note)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("notes of session %d: %w", s, err)
	}
	return all, nil
}

const exportNotes = `
	SELECT ` + placedFields + `, coalesce(a.number, 0) AS number,
	       n.id AS note_id, coalesce(n.attempt, 0) AS note_attempt, n.at, n.written_at, coalesce(n.experimenter, 0) AS experimenter,
	       coalesce(x.name, '') AS name, n.text, n.tags
	FROM participant p
	JOIN session s ON s.participant = p.id
	JOIN note n ON n.session = s.id
	LEFT JOIN experimenter x ON x.id = n.experimenter
	LEFT JOIN attempt a ON a.id = n.attempt
	LEFT JOIN trial t ON t.id = a.trial
	LEFT JOIN condition c ON c.id = t.condition
	WHERE p.study = $1 AND ($2 OR NOT p.pilot) AND p.simulated = $3
	ORDER BY p.pilot, p.number, n.at, n.id`

// exportedNoteRow is a row of exportNotes.
type exportedNoteRow struct {
	placedRow
	Number       int
	NoteID       study.NoteID
	NoteAttempt  study.AttemptID
	At           time.Time
	WrittenAt    time.Time
	Experimenter study.ExperimenterID
	Name         string
	Text         string
	Tags         []string
}

func (r exportedNoteRow) noted(v study.Version, known conditions) (x analysis.Note, err error) {
	x = analysis.Note{
		Participant: r.Participant, Number: r.Number, Hash: v.Hash,
		Note: noteRow{r.NoteID, r.Session, r.NoteAttempt, r.At, r.WrittenAt, r.Experimenter, r.Name, r.Text, r.Tags}.note(),
	}
	if r.Trial != 0 {
		x.Trial, x.Position = r.Trial, r.Position
		x.Condition, err = known.of(r.placedRow, v)
	}
	return x, err
}

// Notes yields every note, ordered by participant and moment.
func (s Source) Notes(ctx context.Context, f analysis.Filter) iter.Seq2[analysis.Note, error] {
	return stream(ctx, s, "notes", func(tx pgx.Tx, yield func(analysis.Note) bool) error {
		versions, err := queryDesigns(ctx, tx, f.Study)
		if err != nil {
			return err
		}
		known := conditions{}
		convert := func(r exportedNoteRow) (analysis.Note, error) { return r.noted(versions[r.Version], known) }
		return yieldRows(ctx, tx, yield, convert, exportNotes, f.Study, f.Pilots, f.Simulated)
	})
}
