package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

type openLinkRow struct {
	ID                   int64
	Study                study.StudyID
	Most, Came           int
	IssuedAt             time.Time
	ExpiresAt, RevokedAt *time.Time
}

func (r openLinkRow) openLink() study.OpenLink {
	return study.OpenLink{ID: r.ID, Study: r.Study, Most: r.Most, Came: r.Came, IssuedAt: r.IssuedAt, ExpiresAt: orZero(r.ExpiresAt), RevokedAt: orZero(r.RevokedAt)}
}

const (
	selectOpenLink = `
	SELECT o.id, o.study, o.most,
	       (SELECT count(*)::int FROM participant p
	        WHERE p.open_link = o.id AND NOT EXISTS (SELECT FROM session s WHERE s.participant = p.id AND s.turned_away)) AS came,
	       o.issued_at, o.expires_at, o.revoked_at
	FROM open_link o`

	openLinkOfStudy = selectOpenLink + `
	WHERE o.study = $1
	ORDER BY o.id DESC LIMIT 1`

	openLinkByHash = selectOpenLink + `
	WHERE o.hash = $1`
)

// OpenLink returns the newest open link of a study, or study.ErrNotFound.
func (db *DB) OpenLink(ctx context.Context, s study.StudyID) (study.OpenLink, error) {
	return db.openLink(ctx, fmt.Sprintf("of study %d", s), openLinkOfStudy, s)
}

// OpenLinkBySecret returns the open link with a secret, or study.ErrNotFound.
func (db *DB) OpenLinkBySecret(ctx context.Context, secret string) (study.OpenLink, error) {
	hash := study.HashLink(secret)
	return db.openLink(ctx, "by its secret", openLinkByHash, hash[:])
}

func (db *DB) openLink(ctx context.Context, which, sql string, arg any) (study.OpenLink, error) {
	var row openLinkRow
	err := db.read(ctx, func(tx pgx.Tx) (err error) {
		row, err = queryOne[openLinkRow](ctx, tx, sql, arg)
		return err
	})
	if err != nil {
		return study.OpenLink{}, fmt.Errorf("open link %s: %w", which, err)
	}
	return row.openLink(), nil
}

const (
	revokeOpenLinks = `UPDATE open_link SET revoked_at = $2 WHERE study = $1 AND revoked_at IS NULL`

	addOpenLink = `
	INSERT INTO open_link (study, hash, most, issued_at, expires_at)
	VALUES ($1, $2, $3, $4, $5)`
)

// IssueOpenLink makes a new open link for l.Study, with its Most, IssuedAt and ExpiresAt. Those before are revoked.
func (db *DB) IssueOpenLink(ctx context.Context, secret string, l study.OpenLink) error {
	if l.Most < 1 || l.Most > study.MaxJoining || secret == "" {
		return study.Refuse(study.ErrInvalid, "An open link lets in from 1 to %d people.", study.MaxJoining)
	}
	hash := study.HashLink(secret)
	err := db.write(ctx, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, revokeOpenLinks, l.Study, l.IssuedAt); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, addOpenLink, l.Study, hash[:], l.Most, l.IssuedAt, orNull(l.ExpiresAt))
		return err
	})
	if err != nil {
		return fmt.Errorf("make an open link for study %d: %w", l.Study, err)
	}
	return nil
}

// RevokeOpenLink lets nobody in by the open link of a study any more.
func (db *DB) RevokeOpenLink(ctx context.Context, s study.StudyID, at time.Time) error {
	err := db.write(ctx, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, revokeOpenLinks, s, at)
		return err
	})
	if err != nil {
		return fmt.Errorf("revoke the open link of study %d: %w", s, err)
	}
	return nil
}

const cameBy = `UPDATE participant SET open_link = $2 WHERE id = $1`

// Join makes a participant of somebody who came by an open link. It returns what study.OpenLink.Admits does, study.ErrStudyClosed, and
// study.ErrKnownAlready if the first parameter of the study names somebody who came before. Of people who join at the same time no more come than may.
func (db *DB) Join(ctx context.Context, j study.Joining) (study.Participant, error) {
	var joined study.Participant
	hash := study.HashLink(j.Open)
	err := db.write(ctx, func(tx pgx.Tx) error {
		row, err := queryOne[openLinkRow](ctx, tx, openLinkByHash, hash[:])
		if err != nil {
			return err
		}
		now, err := lockedStudy(ctx, tx, lockStudy, row.Study)
		if err != nil {
			return err
		}
		if row, err = queryOne[openLinkRow](ctx, tx, openLinkByHash, hash[:]); err != nil { // with the lock nobody else joins
			return err
		}
		if now.Published == nil || now.Openness.State != study.StudyOpen {
			return study.ErrStudyClosed
		}
		if err := row.openLink().Admits(j.At); err != nil {
			return err
		}
		people, err := insertParticipants(ctx, tx, row.Study, false, []string{j.Personal}, j.At)
		if err != nil {
			return err
		}
		joined = people[0]
		if _, err := tx.Exec(ctx, cameBy, joined.ID, row.ID); err != nil {
			return err
		}
		return addExternalIDs(ctx, tx, joined.ID, j.IDs)
	})
	if err != nil {
		return study.Participant{}, fmt.Errorf("join by an open link: %w", err)
	}
	return joined, nil
}
