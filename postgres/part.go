package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

// Parts of lists begin after a number, so however far somebody has read, the database looks up only what comes next. LIMIT NULL is no limit.

const (
	studiesIn = selectStudy + `
	WHERE s.id > $2 AND ($1::bigint[] IS NULL OR s.id = ANY($1))
	ORDER BY s.id
	LIMIT nullif($3::int, 0)`

	newestVersionsOf = `
	SELECT DISTINCT ON (study) ` + versionFields + `
	FROM version
	WHERE study = ANY($1)
	ORDER BY study, number DESC`
)

// StudiesIn returns a part of those studies that have one of the numbers, by number; nil are all studies.
func (db *DB) StudiesIn(ctx context.Context, of []study.StudyID, p study.Part) (all []study.Study, err error) {
	err = db.read(ctx, func(tx pgx.Tx) error {
		rows, err := queryAll[studyRow](ctx, tx, studiesIn, of, p.After, p.Most)
		if err != nil {
			return err
		}
		versions, err := queryVersions(ctx, tx, newestVersionsOf, column(rows, func(r studyRow) study.StudyID { return r.ID }))
		if err != nil {
			return err
		}
		published := map[study.StudyID]*study.Version{}
		for _, v := range versions {
			published[v.Study] = &v
		}
		all = make([]study.Study, len(rows))
		for i, r := range rows {
			if all[i], err = r.study(published[r.ID]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("studies after %d: %w", p.After, err)
	}
	return all, nil
}

const participantsIn = selectParticipant + `
	WHERE p.study = $1 AND p.id > $2
	ORDER BY p.id
	LIMIT nullif($3::int, 0)`

// ParticipantsIn returns a part of the participants of a study, by number.
func (db *DB) ParticipantsIn(ctx context.Context, s study.StudyID, p study.Part) (all []study.Participant, err error) {
	err = db.read(ctx, func(tx pgx.Tx) error {
		rows, err := queryAll[participantRow](ctx, tx, participantsIn, s, p.After, p.Most)
		all = column(rows, participantRow.participant)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("participants of study %d after %d: %w", s, p.After, err)
	}
	return all, nil
}

const linkedIn = selectParticipant + `
	WHERE p.study = $1 AND p.id > $2 AND EXISTS (SELECT FROM link WHERE participant = p.id)
	ORDER BY p.id
	LIMIT nullif($3::int, 0)`

// LinkedIn returns a part of the participants of a study who ever had a personal link, by number.
func (db *DB) LinkedIn(ctx context.Context, s study.StudyID, p study.Part) (all []study.Participant, err error) {
	err = db.read(ctx, func(tx pgx.Tx) error {
		rows, err := queryAll[participantRow](ctx, tx, linkedIn, s, p.After, p.Most)
		all = column(rows, participantRow.participant)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("links of study %d after %d: %w", s, p.After, err)
	}
	return all, nil
}

const slotsIn = selectSlot + `
	WHERE s.study = $1 AND s.id > $2
	ORDER BY s.id
	LIMIT nullif($3::int, 0)`

// SlotsIn returns a part of the slots of a study, by number.
func (db *DB) SlotsIn(ctx context.Context, s study.StudyID, p study.Part) ([]study.Slot, error) {
	slots, err := db.slots(ctx, slotsIn, s, p.After, p.Most)
	if err != nil {
		return nil, fmt.Errorf("slots of study %d after %d: %w", s, p.After, err)
	}
	return slots, nil
}

const sessionsIn = `
	SELECT s.id
	FROM session s JOIN participant p ON p.id = s.participant
	WHERE p.study = $1 AND s.id > $2
	ORDER BY s.id
	LIMIT nullif($3::int, 0)`

// SessionsIn returns a part of the sessions of a study with their trials and attempts, by number.
func (db *DB) SessionsIn(ctx context.Context, s study.StudyID, p study.Part) (all []study.Session, err error) {
	err = db.read(ctx, func(tx pgx.Tx) error {
		ids, err := querySessionIDs(ctx, tx, sessionsIn, s, p.After, p.Most)
		if err != nil {
			return err
		}
		all, err = loadSessions(ctx, tx, ids)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sessions of study %d after %d: %w", s, p.After, err)
	}
	return all, nil
}

// SessionsNumbered returns the sessions with these numbers, in this order. It leaves out numbers of none.
func (db *DB) SessionsNumbered(ctx context.Context, ids []study.SessionID) (all []study.Session, err error) {
	err = db.read(ctx, func(tx pgx.Tx) (err error) {
		all, err = loadSessions(ctx, tx, ids)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("%d sessions: %w", len(ids), err)
	}
	return all, nil
}

const notesIn = `
	SELECT ` + noteFields + `
	FROM note n LEFT JOIN experimenter x ON x.id = n.experimenter
	WHERE n.session = $1 AND n.id > $2
	ORDER BY n.id
	LIMIT nullif($3::int, 0)`

// NotesIn returns a part of the notes on a session, by number.
func (db *DB) NotesIn(ctx context.Context, s study.SessionID, p study.Part) (all []study.Note, err error) {
	err = db.read(ctx, func(tx pgx.Tx) error {
		rows, err := queryAll[noteRow](ctx, tx, notesIn, s, p.After, p.Most)
		all = column(rows, noteRow.note)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("notes of session %d after %d: %w", s, p.After, err)
	}
	return all, nil
}

// CompensationsIn returns a part of the last words on what the participants of a study got, by participant.
func (db *DB) CompensationsIn(ctx context.Context, s study.StudyID, p study.Part) (all []study.Compensation, err error) {
	err = db.read(ctx, func(tx pgx.Tx) error {
		rows, err := queryAll[compensationRow](ctx, tx, compensationsIn, s, p.After, p.Most)
		all = column(rows, compensationRow.compensation)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("compensations of study %d after %d: %w", s, p.After, err)
	}
	return all, nil
}
