package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
	"vmstudy/study/audit"
)

const seeLogin = `
	UPDATE login SET opened_at = coalesce(opened_at, $2), seen_at = $2, seen_from = $3, browser = $4
	WHERE token_sha256 = $1 AND (seen_at IS NULL OR seen_at <= $5 OR seen_from <> $3)`

// SeeLogin records that a login is used. It writes at most once in study.SeenEvery, unless the address is another.
func (db *DB) SeeLogin(ctx context.Context, tokenHash []byte, s study.Sighting) error {
	err := db.write(audit.Silent(ctx), func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, seeLogin, tokenHash, s.At, s.From, s.Browser, s.At.Add(-study.SeenEvery))
		return err
	})
	if err != nil {
		return fmt.Errorf("record the use of a login: %w", err)
	}
	return nil
}

type loginRow struct {
	ID                int64
	OpenedAt, SeenAt  *time.Time
	SeenFrom, Browser string
	TokenSHA256       []byte
}

const loginsOf = `
	SELECT id, opened_at, seen_at, seen_from, browser, token_sha256
	FROM login
	WHERE experimenter = $1 AND expires_at > $2 AND (seen_at IS NULL OR seen_at > $3)
	ORDER BY seen_at DESC NULLS LAST, id DESC`

// Logins returns the logins of an experimenter that are valid at now, the one that was used last first.
func (db *DB) Logins(ctx context.Context, e study.ExperimenterID, now time.Time) (all []study.Login, err error) {
	err = db.read(ctx, func(tx pgx.Tx) error {
		rows, err := queryAll[loginRow](ctx, tx, loginsOf, e, now, now.Add(-study.IdleLimit))
		all = column(rows, func(r loginRow) study.Login {
			return study.Login{
				ID: r.ID, OpenedAt: orZero(r.OpenedAt), TokenSHA256: r.TokenSHA256,
				Sighting: study.Sighting{At: orZero(r.SeenAt), From: r.SeenFrom, Browser: r.Browser},
			}
		})
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("logins of experimenter %d: %w", e, err)
	}
	return all, nil
}

const endOtherLogins = `DELETE FROM login WHERE experimenter = $1 AND token_sha256 <> $2`

// ChangePassword sets the password of an experimenter, and ends all their logins but the one with that token hash. Links that would set it anew
// are void.
func (db *DB) ChangePassword(ctx context.Context, e study.ExperimenterID, hash string, keep []byte) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockAccounts); err != nil {
			return err
		}
		if err := mustChange(tx.Exec(ctx, renewPassword, e, hash)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, endOtherLogins, e, keep); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, voidRenewals, e)
		return err
	})
	if err != nil {
		return fmt.Errorf("change the password of experimenter %d: %w", e, err)
	}
	return nil
}
