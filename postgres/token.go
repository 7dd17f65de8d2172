package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
	"vmstudy/study/audit"
)

type tokenRow struct {
	ID                int64
	Owner             study.ExperimenterID
	Name              string
	SHA256            []byte
	Rights            []study.Right
	Changes           bool
	Study             study.StudyID
	MadeAt, ExpiresAt time.Time
	UsedAt, RevokedAt *time.Time
}

func (r tokenRow) token() study.Token {
	return study.Token{
		ID: study.TokenID(r.ID), Owner: r.Owner, Name: r.Name, SHA256: r.SHA256, Rights: r.Rights, Changes: r.Changes, Study: r.Study,
		MadeAt: r.MadeAt, ExpiresAt: r.ExpiresAt, UsedAt: orZero(r.UsedAt), RevokedAt: orZero(r.RevokedAt),
	}
}

const (
	countTokens = `SELECT count(*)::int FROM token WHERE owner = $1 AND revoked_at IS NULL AND expires_at > $2`

	addToken = `
	INSERT INTO token (owner, name, sha256, rights, changes, study, made_at, expires_at)
	VALUES ($1, $2, $3, $4, $5, nullif($6::bigint, 0), $7, $8)
	RETURNING id`
)

// AddToken stores a token. It returns what study.Token.Check does, and study.ErrManyTokens if its owner has too many that work.
func (db *DB) AddToken(ctx context.Context, t study.Token) (id study.TokenID, err error) {
	if err := t.Check(); err != nil {
		return 0, err
	}
	err = db.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, lockAccounts); err != nil {
			return err
		}
		n, err := queryValue[int](ctx, tx, countTokens, t.Owner, t.MadeAt)
		if err == nil && n >= study.MostTokens {
			err = study.ErrManyTokens
		}
		if err == nil {
			id, err = queryValue[study.TokenID](ctx, tx, addToken, t.Owner, t.Name, t.SHA256, t.Rights, t.Changes, t.Study, t.MadeAt, t.ExpiresAt)
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("add a token of experimenter %d: %w", t.Owner, err)
	}
	return id, nil
}

const (
	allOfToken = `t.id, t.owner, t.name, t.sha256, t.rights, t.changes, coalesce(t.study, 0) AS study, t.made_at, t.expires_at, t.used_at, t.revoked_at`

	tokensOf = `SELECT ` + allOfToken + ` FROM token t WHERE t.owner = $1 ORDER BY t.id DESC`
)

// Tokens returns all tokens of an experimenter, the newest first.
func (db *DB) Tokens(ctx context.Context, owner study.ExperimenterID) (all []study.Token, err error) {
	err = db.read(ctx, func(tx pgx.Tx) error {
		rows, err := queryAll[tokenRow](ctx, tx, tokensOf, owner)
		all = column(rows, tokenRow.token)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("tokens of experimenter %d: %w", owner, err)
	}
	return all, nil
}

const tokenByHash = `SELECT ` + allOfToken + ` FROM token t WHERE t.sha256 = $1`

// Token returns the token with that SHA-256 and its owner. It returns study.ErrDenied if it does not work at now, or if the owner is disabled: with
// both, so that the audit can tell of it, unless nobody has made such a token.
func (db *DB) Token(ctx context.Context, hash []byte, now time.Time) (t study.Token, owner study.Experimenter, err error) {
	err = db.read(ctx, func(tx pgx.Tx) error {
		row, err := queryOne[tokenRow](ctx, tx, tokenByHash, hash)
		if err != nil {
			return err
		}
		who, err := queryOne[experimenterRow](ctx, tx, experimenterByID, row.Owner)
		t, owner = row.token(), who.experimenter()
		return err
	})
	switch {
	case errors.Is(err, study.ErrNotFound):
		return study.Token{}, study.Experimenter{}, fmt.Errorf("token: %w", study.ErrDenied)
	case err != nil:
		return study.Token{}, study.Experimenter{}, fmt.Errorf("token: %w", err)
	case t.Ended(now, owner) != "":
		return t, owner, fmt.Errorf("token %d: %w", t.ID, study.ErrDenied)
	}
	return t, owner, nil
}

const useToken = `UPDATE token SET used_at = $2 WHERE id = $1 AND (used_at IS NULL OR used_at <= $3)`

// UseToken records that a token is used. It writes at most once in study.SeenEvery.
func (db *DB) UseToken(ctx context.Context, id study.TokenID, at time.Time) error {
	err := db.write(audit.Silent(ctx), func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, useToken, id, at, at.Add(-study.SeenEvery))
		return err
	})
	if err != nil {
		return fmt.Errorf("record the use of token %d: %w", id, err)
	}
	return nil
}

const revokeToken = `UPDATE token SET revoked_at = coalesce(revoked_at, $3) WHERE owner = $1 AND id = $2`

// RevokeToken revokes a token of an experimenter. It returns study.ErrNotFound if they have no such token.
func (db *DB) RevokeToken(ctx context.Context, owner study.ExperimenterID, id study.TokenID, at time.Time) error {
	err := db.write(ctx, func(tx pgx.Tx) error { return mustChange(tx.Exec(ctx, revokeToken, owner, id, at)) })
	if err != nil {
		return fmt.Errorf("revoke token %d of experimenter %d: %w", id, owner, err)
	}
	return nil
}

const revokeTokens = `UPDATE token SET revoked_at = $2 WHERE owner = $1 AND revoked_at IS NULL AND expires_at > $2`

// RevokeTokens revokes all tokens of an experimenter that work.
func (db *DB) RevokeTokens(ctx context.Context, owner study.ExperimenterID, at time.Time) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, revokeTokens, owner, at)
		return err
	})
	if err != nil {
		return fmt.Errorf("revoke the tokens of experimenter %d: %w", owner, err)
	}
	return nil
}
