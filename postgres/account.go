package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

type experimenterRow struct {
	ID           study.ExperimenterID
	Name         string
	PasswordHash string
	Disabled     bool
	Second       bool
}

func (r experimenterRow) experimenter() study.Experimenter {
	return study.Experimenter{ID: r.ID, Name: r.Name, Disabled: r.Disabled, Second: r.Second}
}

const (
	anExperimenter = `
	SELECT id, name, password_hash, disabled_at IS NOT NULL AS disabled, EXISTS (SELECT FROM second_factor f WHERE f.experimenter = id) AS second
	FROM experimenter
	WHERE `

	experimenterByName = anExperimenter + `name = $1`
	experimenterByID   = anExperimenter + `id = $1`
)

// Experimenter returns the account of that name and its password hash, or study.ErrNotFound.
func (db *DB) Experimenter(ctx context.Context, name string) (study.Experimenter, string, error) {
	var row experimenterRow
	err := db.read(ctx, func(tx pgx.Tx) (err error) {
		row, err = queryOne[experimenterRow](ctx, tx, experimenterByName, name)
		return err
	})
	if err != nil {
		return study.Experimenter{}, "", fmt.Errorf("experimenter %q: %w", name, err)
	}
	return row.experimenter(), row.PasswordHash, nil
}

const (
	setPassword = `
	INSERT INTO experimenter (name, password_hash, administrator)
	VALUES ($1, $2, true)
	ON CONFLICT (name) DO UPDATE SET password_hash = excluded.password_hash
	RETURNING id`

	endLogins = `DELETE FROM login WHERE experimenter = $1`
	endTokens = `UPDATE token SET revoked_at = now() WHERE owner = $1 AND revoked_at IS NULL`
)

// SetPassword creates the account, which administers the installation, or changes its password, ends its logins and its tokens, and removes its second
// factor. Links that would set it anew are void.
func (db *DB) SetPassword(ctx context.Context, name, hash string) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockAccounts); err != nil {
			return err
		}
		id, err := queryValue[study.ExperimenterID](ctx, tx, setPassword, name, hash)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, endLogins, id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, removeSecondFactor, id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, endTokens, id); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, voidRenewals, id)
		return err
	})
	if err != nil {
		return fmt.Errorf("set password of %q: %w", name, err)
	}
	return nil
}

// openLogin locks the account, so that a password which is changed at the same time ends this login, too, or keeps it from being opened.
const openLogin = `
	INSERT INTO login (token_sha256, experimenter, expires_at)
	SELECT $1::bytea, id, $4::timestamptz FROM experimenter
	WHERE id = $2 AND password_hash = $3 AND disabled_at IS NULL
	FOR SHARE`

// OpenLogin stores a login, identified by the SHA-256 of its token, which ends at expires. hash is that of the password which somebody has proved to
// know: if the account has another one by now, or is disabled, the error is study.ErrDenied.
func (db *DB) OpenLogin(ctx context.Context, e study.ExperimenterID, hash string, tokenHash []byte, expires time.Time) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		return mustChange(tx.Exec(ctx, openLogin, tokenHash, e, hash, expires))
	})
	if errors.Is(err, study.ErrNotFound) {
		err = study.ErrDenied
	}
	if err != nil {
		return fmt.Errorf("open login of experimenter %d: %w", e, err)
	}
	return nil
}

const experimenterByLogin = `
	SELECT e.id, e.name, e.password_hash, false AS disabled, EXISTS (SELECT FROM second_factor f WHERE f.experimenter = e.id) AS second
	FROM login l JOIN experimenter e ON e.id = l.experimenter
	WHERE l.token_sha256 = $1 AND l.expires_at > $2 AND (l.seen_at IS NULL OR l.seen_at > $3) AND e.disabled_at IS NULL`

// Login returns the experimenter whose login has that token hash (SHA-256), or study.ErrDenied if there is none, or if it was not used for study.IdleLimit.
func (db *DB) Login(ctx context.Context, tokenHash []byte, now time.Time) (study.Experimenter, error) {
	var row experimenterRow
	err := db.read(ctx, func(tx pgx.Tx) (err error) {
		row, err = queryOne[experimenterRow](ctx, tx, experimenterByLogin, tokenHash, now, now.Add(-study.IdleLimit))
		return err
	})
	if errors.Is(err, study.ErrNotFound) {
		err = study.ErrDenied
	}
	if err != nil {
		return study.Experimenter{}, fmt.Errorf("login: %w", err)
	}
	return row.experimenter(), nil
}

const closeLogin = `DELETE FROM login WHERE token_sha256 = $1`

// CloseLogin deletes a login. If there is none with that token hash, that is no error.
func (db *DB) CloseLogin(ctx context.Context, tokenHash []byte) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, closeLogin, tokenHash)
		return err
	})
	if err != nil {
		return fmt.Errorf("close login: %w", err)
	}
	return nil
}
