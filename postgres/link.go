package postgres

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

const participantByLink = selectParticipant + `
	WHERE p.id = (SELECT participant FROM link WHERE hash = $1)`

// ParticipantByLink returns the participant with that secret in one of their personal links, or study.ErrNotFound. Whether
// that link still works says study.Participant.MayOpen.
func (db *DB) ParticipantByLink(ctx context.Context, link string) (study.Participant, error) {
	var row participantRow
	hash := study.HashLink(link)
	err := db.read(ctx, func(tx pgx.Tx) (err error) {
		row, err = queryOne[participantRow](ctx, tx, participantByLink, hash[:])
		return err
	})
	if err != nil {
		return study.Participant{}, fmt.Errorf("participant by link: %w", err) // without the link: it is a secret
	}
	p := row.participant()
	p.Link = link
	return p, nil
}

const addLink = `
	INSERT INTO link (participant, hash, issued_at, expires_at)
	VALUES ($1, $2, $3, $4)`

// issue stores the hash of a new link, and returns it.
func issue(ctx context.Context, tx pgx.Tx, p study.ParticipantID, secret string, l study.Link) (study.LinkHash, error) {
	if secret == "" {
		return study.LinkHash{}, study.Refuse(study.ErrInvalid, "a personal link needs a secret part")
	}
	hash := study.HashLink(secret)
	_, err := tx.Exec(ctx, addLink, p, hash[:], l.IssuedAt, orNull(l.ExpiresAt))
	return hash, err
}

// RenewLinks gives each of some participants of a study a new personal link, which takes the place of the one before. Visits that
// go on are not ended by that. expires is as in study.Link.
func (db *DB) RenewLinks(ctx context.Context, s study.StudyID, links []study.NewLink, expires, at time.Time) error {
	people := make([]study.ParticipantID, len(links))
	for i, l := range links {
		people[i] = l.Participant
	}
	err := db.changeLinks(ctx, s, people, func(tx pgx.Tx) error {
		for _, l := range links {
			if _, err := issue(ctx, tx, l.Participant, l.Secret, study.Link{IssuedAt: at, ExpiresAt: expires}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("renew links of %d participants of study %d: %w", len(links), s, err)
	}
	return nil
}

const (
	revokeLinks = `UPDATE link SET revoked_at = $2 WHERE participant = ANY($1) AND revoked_at IS NULL`

	expireLinks = `
	UPDATE link SET expires_at = $2
	WHERE id IN (SELECT max(id) FROM link WHERE participant = ANY($1) GROUP BY participant)`
)

// RevokeLinks ends all personal links of some participants of a study, and their visits until they get new links.
func (db *DB) RevokeLinks(ctx context.Context, s study.StudyID, people []study.ParticipantID, at time.Time) error {
	err := db.changeLinks(ctx, s, people, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, revokeLinks, people, at)
		return err
	})
	if err != nil {
		return fmt.Errorf("revoke links of %d participants of study %d: %w", len(people), s, err)
	}
	return nil
}

// ExpireLinks says from when on nobody begins with the personal links of some participants of a study; the zero time: never.
func (db *DB) ExpireLinks(ctx context.Context, s study.StudyID, people []study.ParticipantID, expires time.Time) error {
	err := db.changeLinks(ctx, s, people, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, expireLinks, people, orNull(expires))
		return err
	})
	if err != nil {
		return fmt.Errorf("let links of %d participants of study %d expire: %w", len(people), s, err)
	}
	return nil
}

const lockPeople = `SELECT id FROM participant WHERE id = ANY($1) AND study = $2 AND NOT simulated ORDER BY id FOR UPDATE`

// changeLinks runs do for participants who are all of one study; if somebody is not, or is simulated, the error is study.ErrNotFound.
func (db *DB) changeLinks(ctx context.Context, s study.StudyID, people []study.ParticipantID, do func(tx pgx.Tx) error) error {
	return db.write(ctx, func(tx pgx.Tx) error {
		rows, _ := tx.Query(ctx, lockPeople, people, s)
		found, err := pgx.CollectRows(rows, pgx.RowTo[study.ParticipantID])
		if err != nil {
			return err
		}
		for _, p := range people {
			if !slices.Contains(found, p) {
				return fmt.Errorf("participant %d: %w", p, study.ErrNotFound)
			}
		}
		return do(tx)
	})
}
