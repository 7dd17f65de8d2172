package postgres

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

const (
	lockParticipant = `SELECT study, pilot FROM participant WHERE id = $1 FOR NO KEY UPDATE`

	sessionOfParticipant = `SELECT id FROM session WHERE participant = $1`

	// The lock makes sessions that start at the same time count one after the other.
	lockVersion = `SELECT id FROM version WHERE id = $1 FOR NO KEY UPDATE`

	usedSequences = `
	SELECT s.sequence, count(*)
	FROM session s JOIN participant p ON p.id = s.participant
	WHERE s.version = $1 AND NOT p.pilot
	GROUP BY s.sequence`

	startSession = `
	INSERT INTO session (participant, version, sequence, started_at)
	VALUES ($1, $2, $3, $4)
	RETURNING id`
)

// StartSession returns the id of the participant's session. If there is none, it starts one on the
// newest version: it takes the sequence that the fewest participants have (pilots do not count) and
// stores the trials. It returns study.ErrConflict if the study has no published version.
func (db *DB) StartSession(ctx context.Context, p study.ParticipantID, at time.Time) (study.SessionID, error) {
	var id study.SessionID
	err := db.write(ctx, func(tx pgx.Tx) error {
		who, err := queryOne[struct {
			Study study.StudyID
			Pilot bool
		}](ctx, tx, lockParticipant, p)
		if err != nil {
			return err
		}
		id, err = queryValue[study.SessionID](ctx, tx, sessionOfParticipant, p)
		if !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		id, err = startNew(ctx, tx, p, who.Study, at)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("start session of participant %d: %w", p, err)
	}
	return id, nil
}

func startNew(ctx context.Context, tx pgx.Tx, p study.ParticipantID, s study.StudyID, at time.Time) (study.SessionID, error) {
	newest, err := queryNewest(ctx, tx, s)
	if err != nil {
		return 0, err
	}
	if newest == nil {
		return 0, study.Refuse(study.ErrConflict, "this study has not been published yet")
	}
	d := newest.Design
	used, err := countSequences(ctx, tx, newest.ID)
	if err != nil {
		return 0, err
	}
	chance := rand.New(rand.NewPCG(d.Seed, uint64(p)))
	sequence := study.LeastFilled(used, d.Sequences(), chance)
	id, err := queryValue[study.SessionID](ctx, tx, startSession, p, newest.ID, sequence, at)
	if err != nil {
		return 0, err
	}
	return id, layOut(ctx, tx, id, d, sequence)
}

// countSequences returns how many participants have each sequence of a version. Until the
// transaction ends, no other session of that version can start.
func countSequences(ctx context.Context, tx pgx.Tx, id study.VersionID) (map[int]int, error) {
	if _, err := queryValue[study.VersionID](ctx, tx, lockVersion, id); err != nil {
		return nil, err
	}
	rows, _ := tx.Query(ctx, usedSequences, id)
	used := map[int]int{}
	var sequence, count int
	_, err := pgx.ForEachRow(rows, []any{&sequence, &count}, func() error {
		used[sequence] = count
		return nil
	})
	return used, err
}

const takeSeat = `
	UPDATE session
	SET seat = seat + 1
	WHERE id = $1
	RETURNING seat`

// TakeSeat gives the calling page the next seat number, which makes it the newest page, and returns
// the number.
func (db *DB) TakeSeat(ctx context.Context, id study.SessionID) (int, error) {
	seat := 0
	err := db.write(ctx, func(tx pgx.Tx) (err error) {
		seat, err = queryValue[int](ctx, tx, takeSeat, id)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("take seat in session %d: %w", id, err)
	}
	return seat, nil
}

const (
	// The first answer about recording stays: on the right side of SET, consented_at is the value
	// from before the update.
	recordConsent = `
	UPDATE session
	SET consented_at = coalesce(consented_at, $2), recorded = CASE WHEN consented_at IS NULL THEN $3 ELSE recorded END
	WHERE id = $1`

	recordAbout = `UPDATE session SET about_at = coalesce(about_at, $2) WHERE id = $1`
	recordEnd   = `UPDATE session SET ended_at = coalesce(ended_at, $2) WHERE id = $1`

	// The step knows only the index of its trial, but positions begin at 0 or at 1. So the
	// statement takes the trial at that index.
	recordPause = `
	UPDATE trial SET ready_at = coalesce(ready_at, $2)
	WHERE session = $1
	  AND position = (SELECT position FROM trial WHERE session = $1 ORDER BY position OFFSET $3 LIMIT 1)`
)

// RecordConsent records that the participant consents, and whether they agree that the screen is
// recorded. The first call counts; later ones change nothing and return nil.
func (db *DB) RecordConsent(ctx context.Context, id study.SessionID, recorded bool, at time.Time) error {
	err := db.write(ctx, func(tx pgx.Tx) error { return mustChange(tx.Exec(ctx, recordConsent, id, at, recorded)) })
	if err != nil {
		return fmt.Errorf("record consent of session %d: %w", id, err)
	}
	return nil
}

// RecordVisit records that a step has been passed: consent, about, pause or end. If that is on
// record already, nothing changes, and the error is nil.
func (db *DB) RecordVisit(ctx context.Context, id study.SessionID, step study.Step, at time.Time) error {
	if step.Kind == study.StepConsent && step.Trial >= 0 {
		return db.RecordConsent(ctx, id, false, at)
	}
	args := []any{id, at}
	sql, ok := map[study.StepKind]string{
		study.StepAbout: recordAbout, study.StepPause: recordPause, study.StepEnd: recordEnd,
	}[step.Kind]
	if !ok || step.Trial < 0 {
		return fmt.Errorf("record visit of session %d: step %q of trial %d: %w", id, step.Kind, step.Trial, study.ErrInvalid)
	}
	if step.Kind == study.StepPause {
		args = append(args, step.Trial)
	}
	err := db.write(ctx, func(tx pgx.Tx) error { return mustChange(tx.Exec(ctx, sql, args...)) })
	if err != nil {
		return fmt.Errorf("record %s of session %d: %w", step.Kind, id, err)
	}
	return nil
}
