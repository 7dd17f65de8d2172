package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

type secondFactorRow struct {
	Secret     []byte
	EnrolledAt time.Time
	LastStep   int64
	Codes      int
}

const secondFactorOf = `
	SELECT f.secret, f.enrolled_at, f.last_step,
	       (SELECT count(*)::int FROM recovery_code c WHERE c.experimenter = f.experimenter AND c.used_at IS NULL) AS codes
	FROM second_factor f
	WHERE f.experimenter = $1`

// SecondFactor returns the second factor of an account, or study.ErrNotFound if it has none.
func (db *DB) SecondFactor(ctx context.Context, e study.ExperimenterID) (study.SecondFactor, error) {
	var row secondFactorRow
	err := db.read(ctx, func(tx pgx.Tx) (err error) {
		row, err = queryOne[secondFactorRow](ctx, tx, secondFactorOf, e)
		return err
	})
	if err != nil {
		return study.SecondFactor{}, fmt.Errorf("second factor of experimenter %d: %w", e, err)
	}
	return study.SecondFactor(row), nil
}

const (
	addSecondFactor = `
	INSERT INTO second_factor (experimenter, secret, enrolled_at, last_step) VALUES ($1, $2, $3, $4)
	ON CONFLICT DO NOTHING`

	addRecoveryCode = `INSERT INTO recovery_code (experimenter, hash) VALUES ($1, $2)`
)

// EnrolSecondFactor gives an account a second factor, with the SHA-256 of its recovery codes. It returns study.ErrConflict if it has one already.
func (db *DB) EnrolSecondFactor(ctx context.Context, e study.ExperimenterID, f study.SecondFactor, recovery [][]byte) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, addSecondFactor, e, f.Secret, f.EnrolledAt, f.LastStep)
		if err == nil && done.RowsAffected() == 0 {
			err = study.ErrSecondAlready
		}
		for _, hash := range recovery {
			if err == nil {
				_, err = tx.Exec(ctx, addRecoveryCode, e, hash)
			}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("enrol a second factor of experimenter %d: %w", e, err)
	}
	return nil
}

const useStep = `UPDATE second_factor SET last_step = $2 WHERE experimenter = $1 AND last_step < $2`

// UseCode records that the code of a half minute was used. It returns study.ErrDenied if it, or one of a later half minute, was used before.
func (db *DB) UseCode(ctx context.Context, e study.ExperimenterID, step int64) error {
	return db.useUp(ctx, study.ErrCodeUsed, "use a code of experimenter", e, useStep, step)
}

const useRecoveryCode = `UPDATE recovery_code SET used_at = $3 WHERE experimenter = $1 AND hash = $2 AND used_at IS NULL`

// UseRecoveryCode uses up the recovery code with that SHA-256. It returns study.ErrDenied if there is none, or it was used before.
func (db *DB) UseRecoveryCode(ctx context.Context, e study.ExperimenterID, hash []byte, at time.Time) error {
	return db.useUp(ctx, study.ErrDenied, "use a recovery code of experimenter", e, useRecoveryCode, hash, at)
}

// useUp runs a statement about somebody's codes that changes one row. If it changes none, it returns denied.
func (db *DB) useUp(ctx context.Context, denied error, what string, e study.ExperimenterID, sql string, args ...any) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		done, err := tx.Exec(ctx, sql, append([]any{e}, args...)...)
		if err == nil && done.RowsAffected() == 0 {
			err = denied
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("%s %d: %w", what, e, err)
	}
	return nil
}

const removeSecondFactor = `DELETE FROM second_factor WHERE experimenter = $1`

// RemoveSecondFactor removes the second factor of an account and its recovery codes. That there is none is no error.
func (db *DB) RemoveSecondFactor(ctx context.Context, e study.ExperimenterID) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, removeSecondFactor, e)
		return err
	})
	if err != nil {
		return fmt.Errorf("remove the second factor of experimenter %d: %w", e, err)
	}
	return nil
}
