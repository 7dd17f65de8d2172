package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

const (
	// Who rules on somebody has this lock alone; who opens an attempt shares it with others. So nobody begins a trial
	// beside a ruling that forbids it.
	lockSession  = `SELECT id FROM session WHERE id = $1 FOR NO KEY UPDATE`
	shareSession = `SELECT id FROM session WHERE id = (SELECT session FROM trial WHERE id = $1) FOR SHARE`

	addRuling = `
	INSERT INTO ruling (participant, state, ground, why, experimenter, at)
	VALUES ($1, $2, $3, $4, nullif($5::bigint, 0), $6)`
)

// Rule records what r says about the participant of a session. It returns what
// study.Assignment.Admits does. If the last ruling said the same, nothing changes. Who is out gives back an appointment to
// come, unless its visit has begun.
func (db *DB) Rule(ctx context.Context, id study.SessionID, r study.Ruling) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		who, a, err := lockVisitor(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := queryValue[study.StudyID](ctx, tx, lockParticipant, who.Participant); err != nil {
			return err
		}
		if _, err := queryValue[study.SessionID](ctx, tx, lockSession, id); err != nil {
			return err
		}
		if err := a.Admits(r); err != nil {
			return err
		}
		if a.Ruling.Says(r.State) {
			return a.Ruling.Repeats(r)
		}
		if _, err = tx.Exec(ctx, addRuling, who.Participant, r.State, r.Ground, r.Why, r.By, r.At); err != nil || r.State == study.PlaceActive {
			return err
		}
		diary, err := queryDiary(ctx, tx, who.Participant)
		if err != nil || diary.Begun() {
			return err
		}
		return leaves(ctx, tx, diary, r.By, r.At)
	})
	if err != nil {
		return fmt.Errorf("rule that session %d is %s: %w", id, r.State, err)
	}
	return nil
}

const (
	assignmentOfSession = selectAssignment + `
	WHERE s.id = $1`

	assignmentOfTrial = selectAssignment + `
	WHERE s.id = (SELECT session FROM trial WHERE id = $1)`
)

// mayGoOn returns what study.Assignment.MayGoOn does of the participant of a session.
func mayGoOn(ctx context.Context, tx pgx.Tx, id study.SessionID) error {
	return checkAssignment(ctx, tx, assignmentOfSession, id)
}

// mayOpen returns it of the participant of a trial. Until the transaction ends, nobody can rule on them.
func mayOpen(ctx context.Context, tx pgx.Tx, t study.TrialID) error {
	if _, err := queryValue[study.SessionID](ctx, tx, shareSession, t); err != nil {
		return err
	}
	return checkAssignment(ctx, tx, assignmentOfTrial, t)
}

func checkAssignment(ctx context.Context, tx pgx.Tx, sql string, id any) error {
	row, err := queryOne[assignmentRow](ctx, tx, sql, id)
	if err != nil {
		return err
	}
	a := row.assignment()
	return a.MayGoOn()
}

type trialRulingRow struct {
	Trial    study.TrialID
	Excluded bool
	Ground   study.Ground
	Why      string
	By       study.ExperimenterID
	Name     string
	At       time.Time
}

func (r trialRulingRow) ruling() study.TrialRuling {
	return study.TrialRuling{Excluded: r.Excluded, Ground: r.Ground, Why: r.Why, By: r.By, Name: r.Name, At: r.At}
}

const (
	// The last ruling of each trial. Most trials have none.
	trialRulingsOfSessions = `
	SELECT DISTINCT ON (r.trial) r.trial, r.excluded, r.ground, r.why, coalesce(r.experimenter, 0) AS by, coalesce(e.name, '') AS name, r.at
	FROM trial t JOIN trial_ruling r ON r.trial = t.id LEFT JOIN experimenter e ON e.id = r.experimenter
	WHERE t.session = ANY($1)
	ORDER BY r.trial, r.id DESC`

	positionOfTrial = `SELECT position FROM trial WHERE id = $1 AND session = $2 FOR NO KEY UPDATE`

	lastOfTrial = `
	SELECT r.trial, r.excluded, r.ground, r.why, coalesce(r.experimenter, 0) AS by, coalesce(e.name, '') AS name, r.at
	FROM trial_ruling r LEFT JOIN experimenter e ON e.id = r.experimenter
	WHERE r.trial = $1
	ORDER BY r.id DESC
	LIMIT 1`

	addTrialRuling = `
	INSERT INTO trial_ruling (trial, excluded, ground, why, experimenter, at)
	VALUES ($1, $2, $3, $4, nullif($5::bigint, 0), $6)`
)

// RuleOnTrial records what r says about a trial of a session. It returns what study.Trial.Admits does, and
// study.ErrNotFound if the session has no such trial. If the last ruling said the same, nothing changes.
func (db *DB) RuleOnTrial(ctx context.Context, id study.SessionID, t study.TrialID, r study.TrialRuling) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		position, err := queryValue[int](ctx, tx, positionOfTrial, t, id)
		if err != nil {
			return err
		}
		if err := (study.Trial{ID: t, Position: position}).Admits(r); err != nil {
			return err
		}
		last, err := queryOne[trialRulingRow](ctx, tx, lastOfTrial, t)
		if err != nil && !errors.Is(err, pgx.ErrNoRows) {
			return err
		}
		if last.Excluded == r.Excluded {
			return last.ruling().Repeats(r)
		}
		_, err = tx.Exec(ctx, addTrialRuling, t, r.Excluded, r.Ground, r.Why, r.By, r.At)
		return err
	})
	if err != nil {
		return fmt.Errorf("rule on trial %d of session %d: %w", t, id, err)
	}
	return nil
}
