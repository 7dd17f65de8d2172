package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

const (
	lastSimulated = `SELECT coalesce(max(number), 0) FROM participant WHERE study = $1 AND simulated`

	addSimulated = `
	INSERT INTO participant (study, pilot, simulated, number, code, added_at)
	VALUES ($1, false, true, $2, $3, $4)
	RETURNING id`
)

// AddSimulated adds n simulated participants to a study. They have no personal link, so nobody can come in their place.
func (db *DB) AddSimulated(ctx context.Context, s study.StudyID, n int, at time.Time) ([]study.Participant, error) {
	var added []study.Participant
	err := db.write(ctx, func(tx pgx.Tx) error {
		added = nil
		if _, err := queryOne[studyRow](ctx, tx, lockStudy, s); err != nil {
			return err
		}
		last, err := queryValue[int](ctx, tx, lastSimulated, s)
		if err != nil {
			return err
		}
		for i := range n {
			p := study.Participant{Study: s, Code: study.SimulatedCode(last + 1 + i), Simulated: true, AddedAt: at}
			if p.ID, err = queryValue[study.ParticipantID](ctx, tx, addSimulated, s, last+1+i, p.Code, at); err != nil {
				return err
			}
			added = append(added, p)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("add %d simulated participants to study %d: %w", n, s, err)
	}
	return added, nil
}

const (
	simulatedOfStudy = `
	SELECT p.id FROM participant p
	WHERE p.study = $1 AND p.simulated AND NOT EXISTS (SELECT FROM tombstone t WHERE t.participant = p.id)
	ORDER BY p.id FOR UPDATE`

	deletePlace    = `DELETE FROM assignment WHERE participant = $1`
	deleteSomebody = `DELETE FROM participant WHERE id = $1`
)

// RemoveSimulated removes all simulated participants of a study, with everything that is on record of them, and returns how many there were. Of
// one who was erased by hand only a code is left, and stays.
func (db *DB) RemoveSimulated(ctx context.Context, s study.StudyID) (int, error) {
	removed := 0
	err := db.write(ctx, func(tx pgx.Tx) error {
		if _, err := queryOne[studyRow](ctx, tx, lockStudy, s); err != nil {
			return err
		}
		rows, _ := tx.Query(ctx, simulatedOfStudy, s)
		people, err := pgx.CollectRows(rows, pgx.RowTo[study.ParticipantID])
		if err != nil {
			return err
		}
		for _, p := range people {
			if err := removeSimulated(ctx, tx, p); err != nil {
				return fmt.Errorf("participant %d: %w", p, err)
			}
		}
		removed = len(people)
		_, err = tx.Exec(ctx, openDoor, "") // closes it
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("remove the simulated participants of study %d: %w", s, err)
	}
	return removed, nil
}

// removeSimulated opens the door of the append-only tables for one simulated participant, and removes what is on record of them.
func removeSimulated(ctx context.Context, tx pgx.Tx, p study.ParticipantID) error {
	var batch pgx.Batch
	batch.Queue(openDoor, fmt.Sprint(p))
	batch.Queue(forgetSummaries, p)
	for _, e := range erasures {
		batch.Queue(e.sql, p)
	}
	for _, sql := range []string{deleteRulings, deletePlace, deleteSomebody} {
		batch.Queue(sql, p)
	}
	return tx.SendBatch(ctx, &batch).Close()
}
