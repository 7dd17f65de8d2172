package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

// openState is how the database writes study.StudyOpen.
const openState = "open"

// selectStudy is the first part of every statement that reads studies.
const selectStudy = `
	SELECT s.id, s.created_at, s.draft, coalesce(nullif(o.state, '` + openState + `'), '') AS state,
	       coalesce(o.experimenter, 0) AS by, coalesce(e.name, '') AS name, o.at AS said_at
	FROM study s
	     LEFT JOIN LATERAL (SELECT * FROM study_state WHERE study = s.id ORDER BY id DESC LIMIT 1) o ON true
	     LEFT JOIN experimenter e ON e.id = o.experimenter`

const setState = `
	INSERT INTO study_state (study, state, experimenter, at)
	VALUES ($1, coalesce(nullif($2, ''), '` + openState + `'), nullif($3::bigint, 0), $4)`

// SetState closes, reopens or archives a study. It returns what study.Study.Admits does. If the study has that state already,
// nothing changes.
func (db *DB) SetState(ctx context.Context, id study.StudyID, o study.Openness) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		now, err := lockedStudy(ctx, tx, lockStudy, id)
		if err != nil {
			return err
		}
		if err := now.Admits(o.State); err != nil || now.Openness.State == o.State {
			return err
		}
		_, err = tx.Exec(ctx, setState, id, string(o.State), o.By, o.At)
		return err
	})
	if err != nil {
		return fmt.Errorf("set study %d to %q: %w", id, o.State, err)
	}
	return nil
}

// lockedStudy returns a study, with its newest version, after the statement has locked it until the transaction ends.
func lockedStudy(ctx context.Context, tx pgx.Tx, lock string, id study.StudyID) (study.Study, error) {
	if _, err := tx.Exec(ctx, lock, id); err != nil {
		return study.Study{}, err
	}
	row, err := queryOne[studyRow](ctx, tx, studyByID, id) // reads what others have committed before the lock was free
	if err != nil {
		return study.Study{}, err
	}
	newest, err := queryNewest(ctx, tx, id)
	if err != nil {
		return study.Study{}, err
	}
	return row.study(newest)
}

const (
	// Nobody can add a participant, a slot or a version to a study with this lock: their references need it.
	lockWholeStudy = `SELECT id FROM study WHERE id = $1 FOR UPDATE`

	calibrationsOf = `SELECT count(*)::int FROM calibration WHERE study = $1`

	withdrawnFrom = `
	SELECT count(DISTINCT r.participant)::int
	FROM ruling r JOIN participant p ON p.id = r.participant
	WHERE p.study = $1`

	compensatedIn = `
	SELECT count(DISTINCT c.participant)::int
	FROM compensation c JOIN participant p ON p.id = c.participant
	WHERE p.study = $1`

	deleteAddresses    = `DELETE FROM address a USING participant p WHERE p.id = a.participant AND p.study = $1`
	deleteMails        = `DELETE FROM mail m USING participant p WHERE p.id = m.participant AND p.study = $1`
	deleteSlots        = `DELETE FROM slot WHERE study = $1`
	deleteParticipants = `DELETE FROM participant WHERE study = $1`
	deleteStudy        = `DELETE FROM study WHERE id = $1`
)

// DeleteStudy deletes a study with its participants, what leads to them, and its slots. It returns what study.Study.Deletable does.
func (db *DB) DeleteStudy(ctx context.Context, id study.StudyID) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		now, err := lockedStudy(ctx, tx, lockWholeStudy, id)
		if err != nil {
			return err
		}
		var kept [3]int
		for i, sql := range []string{calibrationsOf, withdrawnFrom, compensatedIn} {
			if kept[i], err = queryValue[int](ctx, tx, sql, id); err != nil {
				return err
			}
		}
		if err := now.Deletable(kept[0], kept[1], kept[2]); err != nil {
			return err
		}
		for _, sql := range []string{deleteAddresses, deleteMails, deleteSlots, deleteParticipants} {
			if _, err := tx.Exec(ctx, sql, id); err != nil {
				return err
			}
		}
		return mustChange(tx.Exec(ctx, deleteStudy, id))
	})
	if err != nil {
		return fmt.Errorf("delete study %d: %w", id, err)
	}
	return nil
}
