package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

type compensationRow struct {
	Participant  study.ParticipantID
	Amount       string
	Experimenter study.ExperimenterID
	Name         string
	At           time.Time
}

func (r compensationRow) compensation() study.Compensation {
	return study.Compensation{Participant: r.Participant, Amount: r.Amount, By: r.Experimenter, Name: r.Name, At: r.At}
}

const (
	compensationFields = `c.participant, c.amount, coalesce(c.experimenter, 0) AS experimenter, coalesce(e.name, '') AS name, c.at`

	addCompensation = `
	INSERT INTO compensation (participant, amount, experimenter, at)
	VALUES ($1, $2, nullif($3::bigint, 0), $4)`

	// It is read after the participants are locked, as whoever asks to erase must lock them.
	firstToErase = `
	SELECT coalesce((SELECT p.code FROM tombstone t JOIN participant p ON p.id = t.participant WHERE p.id = ANY($1) ORDER BY p.id LIMIT 1), '')`

	compensationsOfStudy = `
	SELECT DISTINCT ON (c.participant) ` + compensationFields + `
	FROM compensation c JOIN participant p ON p.id = c.participant LEFT JOIN experimenter e ON e.id = c.experimenter
	WHERE p.study = $1
	ORDER BY c.participant, c.id DESC`

	compensationsIn = `
	SELECT DISTINCT ON (c.participant) ` + compensationFields + `
	FROM compensation c JOIN participant p ON p.id = c.participant LEFT JOIN experimenter e ON e.id = c.experimenter
	WHERE p.study = $1 AND c.participant > $2
	ORDER BY c.participant, c.id DESC
	LIMIT nullif($3::int, 0)`

	compensationsOf = `
	SELECT ` + compensationFields + `
	FROM compensation c LEFT JOIN experimenter e ON e.id = c.experimenter
	WHERE c.participant = $1
	ORDER BY c.id`
)

// RecordCompensations records what some participants of a study got, all or none. It returns what study.Compensation.Check does, and study.ErrNotFound if
// somebody is not of that study, or is simulated, and study.AfterErasure if somebody asked to have erased what they gave.
func (db *DB) RecordCompensations(ctx context.Context, s study.StudyID, all []study.Compensation) error {
	people := make([]study.ParticipantID, len(all))
	for i, c := range all {
		if err := c.Check(); err != nil {
			return err
		}
		people[i] = c.Participant
	}
	err := db.changeLinks(ctx, s, people, func(tx pgx.Tx) error {
		code, err := queryValue[string](ctx, tx, firstToErase, people)
		if err != nil {
			return err
		}
		if code != "" {
			return study.AfterErasure(code)
		}
		for _, c := range all {
			if _, err := tx.Exec(ctx, addCompensation, c.Participant, c.Amount, c.By, c.At); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("record the compensation of %d participants of study %d: %w", len(all), s, err)
	}
	return nil
}

// Compensations returns the last word on what each participant of a study got; nothing of those of whom nobody has said anything.
func (db *DB) Compensations(ctx context.Context, s study.StudyID) (map[study.ParticipantID]study.Compensation, error) {
	last := map[study.ParticipantID]study.Compensation{}
	err := db.read(ctx, func(tx pgx.Tx) error {
		clear(last)
		rows, err := queryAll[compensationRow](ctx, tx, compensationsOfStudy, s)
		for _, r := range rows {
			last[r.Participant] = r.compensation()
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("compensations of study %d: %w", s, err)
	}
	return last, nil
}

// CompensationsOf returns everything that was said of what a participant got, the oldest first.
func (db *DB) CompensationsOf(ctx context.Context, p study.ParticipantID) (all []study.Compensation, err error) {
	err = db.read(ctx, func(tx pgx.Tx) error {
		rows, err := queryAll[compensationRow](ctx, tx, compensationsOf, p)
		all = column(rows, compensationRow.compensation)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("compensations of participant %d: %w", p, err)
	}
	return all, nil
}
