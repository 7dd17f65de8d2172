package postgres

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/analysis"
	"vmstudy/study"
	"vmstudy/study/audit"
)

type recordingRow struct {
	Attempt   study.AttemptID
	BeganAt   time.Time
	Duration  int64
	Segments  int
	Bytes     int64
	SHA256    string `db:"sha256"`
	Ended     study.RecordingEnd
	DeletedAt *time.Time
}

func (r recordingRow) recording() study.Recording {
	return study.Recording{
		Attempt: r.Attempt, BeganAt: r.BeganAt, Duration: time.Duration(r.Duration), Segments: r.Segments,
		Bytes: r.Bytes, SHA256: r.SHA256, Ended: r.Ended, DeletedAt: orZero(r.DeletedAt),
	}
}

func recordings(rows []recordingRow) []study.Recording {
	all := make([]study.Recording, len(rows))
	for i, r := range rows {
		all[i] = r.recording()
	}
	return all
}

// recordingFields are the columns that every statement about recordings selects.
const recordingFields = `
	r.attempt, r.began_at, r.duration_ns AS duration, r.segments, r.bytes, coalesce(r.sha256, '') AS sha256,
	coalesce(r.ended, '') AS ended, r.deleted_at`

const beginRecording = `INSERT INTO recording (attempt, began_at) VALUES ($1, $2)`

// BeginRecording records that the recording of an attempt has begun. It returns study.ErrConflict
// if the attempt has a recording already.
func (db *DB) BeginRecording(ctx context.Context, a study.AttemptID, at time.Time) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, beginRecording, a, at)
		return err
	})
	if err != nil {
		return fmt.Errorf("begin recording of attempt %d: %w", a, err)
	}
	return nil
}

const (
	lockRecording = `SELECT coalesce(ended, '') FROM recording WHERE attempt = $1 FOR NO KEY UPDATE`

	endRecording = `
	UPDATE recording
	SET duration_ns = $2, segments = $3, bytes = $4, sha256 = $5, ended = $6
	WHERE attempt = $1 AND ended IS NULL`
)

// EndRecording records how a recording ended. If it had ended before, the first end stays, and the
// error is nil.
func (db *DB) EndRecording(ctx context.Context, r study.Recording) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		if _, err := queryValue[string](ctx, tx, lockRecording, r.Attempt); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, endRecording, r.Attempt, r.Duration.Nanoseconds(), r.Segments, r.Bytes, r.SHA256, r.Ended)
		return err
	})
	if err != nil {
		return fmt.Errorf("end recording of attempt %d: %w", r.Attempt, err)
	}
	return nil
}

const deleteRecording = `
	UPDATE recording SET deleted_at = $2
	WHERE attempt = $1 AND deleted_at IS NULL AND ended IS NOT NULL`

// DeleteRecording records that a recording is deleted, who wanted it and why; the caller may delete
// the file once it returns nil. It returns study.ErrConflict while the recording is being written,
// and nil if it was deleted before.
func (db *DB) DeleteRecording(ctx context.Context, a study.AttemptID, who, why string, at time.Time) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		ended, err := queryValue[string](ctx, tx, lockRecording, a)
		switch {
		case err != nil:
			return err
		case ended == "":
			return study.Refuse(study.ErrConflict, "this recording is still being written: it can be deleted when the trial has ended")
		}
		done, err := tx.Exec(ctx, deleteRecording, a, at)
		if err != nil || done.RowsAffected() == 0 {
			return err
		}
		_, err = appendAudit(ctx, tx, audit.Entry{At: at, Who: who, Action: "delete recording", About: fmt.Sprintf("recording of attempt %d", a), Why: why})
		return err
	})
	if err != nil {
		return fmt.Errorf("delete recording of attempt %d: %w", a, err)
	}
	return nil
}

const recordingOfAttempt = `SELECT` + recordingFields + ` FROM recording r WHERE r.attempt = $1`

// Recording returns the recording of an attempt, or study.ErrNotFound.
func (db *DB) Recording(ctx context.Context, a study.AttemptID) (study.Recording, error) {
	var found recordingRow
	err := db.read(ctx, func(tx pgx.Tx) (err error) {
		found, err = queryOne[recordingRow](ctx, tx, recordingOfAttempt, a)
		return err
	})
	if err != nil {
		return study.Recording{}, fmt.Errorf("recording of attempt %d: %w", a, err)
	}
	return found.recording(), nil
}

const recordingsOfSession = `SELECT` + recordingFields + `
	FROM recording r JOIN attempt a ON a.id = r.attempt JOIN trial t ON t.id = a.trial
	WHERE t.session = $1
	ORDER BY t.position, a.number`

// Recordings returns the recordings of a session, ordered by trial and attempt.
func (db *DB) Recordings(ctx context.Context, id study.SessionID) ([]study.Recording, error) {
	return db.queryRecordings(ctx, recordingsOfSession, id)
}

const allRecordings = `SELECT` + recordingFields + ` FROM recording r ORDER BY r.attempt`

// AllRecordings returns every recording, ordered by attempt.
func (db *DB) AllRecordings(ctx context.Context) ([]study.Recording, error) {
	return db.queryRecordings(ctx, allRecordings)
}

func (db *DB) queryRecordings(ctx context.Context, sql string, args ...any) ([]study.Recording, error) {
	var rows []recordingRow
	err := db.read(ctx, func(tx pgx.Tx) (err error) {
		rows, err = queryAll[recordingRow](ctx, tx, sql, args...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("recordings: %w", err)
	}
	return recordings(rows), nil
}

// InteractionsOf returns the interactions of one attempt, ordered by time.
func (db *DB) InteractionsOf(ctx context.Context, a study.AttemptID) ([]study.Interaction, error) {
	var all []study.Interaction
	err := db.read(ctx, func(tx pgx.Tx) error {
		all = nil
		return yieldInteractions(ctx, tx, analysis.Interaction{}, a, func(i analysis.Interaction) bool {
			all = append(all, i.Interaction)
			return true
		})
	})
	if err != nil {
		return nil, fmt.Errorf("interactions of attempt %d: %w", a, err)
	}
	slices.SortFunc(all, func(a, b study.Interaction) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Page, b.Page), cmp.Compare(a.Number, b.Number))
	})
	return all, nil
}

// TrialRecording is a recording and the trial it belongs to.
type TrialRecording struct {
	Trial study.TrialID
	study.Recording
}

const recordingsOf = `SELECT` + recordingFields + `, a.trial
	FROM recording r JOIN attempt a ON a.id = r.attempt
	WHERE $1 = 0 OR a.trial = $1
	ORDER BY a.trial, a.number`

// RecordingsOf returns the recordings of a trial, ordered by attempt; with trial 0 the recordings
// of all trials.
func (db *DB) RecordingsOf(ctx context.Context, t study.TrialID) ([]TrialRecording, error) {
	type row struct {
		recordingRow
		Trial study.TrialID
	}
	var rows []row
	err := db.read(ctx, func(tx pgx.Tx) (err error) {
		rows, err = queryAll[row](ctx, tx, recordingsOf, t)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("recordings of trial %d: %w", t, err)
	}
	all := make([]TrialRecording, len(rows))
	for i, r := range rows {
		all[i] = TrialRecording{r.Trial, r.recording()}
	}
	return all, nil
}
