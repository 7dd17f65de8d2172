package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

type participantRow struct {
	ID        study.ParticipantID
	Study     study.StudyID
	Code      string
	Pilot     bool
	Simulated bool
	AddedAt   time.Time
	Session   study.SessionID
	Finished  bool
	Turned    bool // away, by the screening
	Put       string
	Ruled     study.PlaceState
	ErasedAt  *time.Time

	// Of each of their links, the newest last.
	Hashes           [][]byte
	Issued           []time.Time
	Expires, Revoked []*time.Time
}

func (r participantRow) participant() study.Participant {
	links := make([]study.Link, len(r.Hashes))
	for i := range links {
		links[i] = study.Link{Hash: study.LinkHash(r.Hashes[i]), IssuedAt: r.Issued[i], ExpiresAt: orZero(r.Expires[i]), RevokedAt: orZero(r.Revoked[i])}
	}
	return study.Participant{
		ID: r.ID, Study: r.Study, Code: r.Code, Links: links, Pilot: r.Pilot, Simulated: r.Simulated, AddedAt: r.AddedAt,
		Session: r.Session, Finished: r.Finished, TurnedAway: r.Turned, Put: r.Put, Ruled: r.Ruled, ErasedAt: orZero(r.ErasedAt),
	}
}

// putInto is the group that an experimenter has put participant p into.
const putInto = `coalesce((SELECT group_name FROM chosen_group g WHERE g.participant = p.id ORDER BY g.id DESC LIMIT 1), '') AS put`

// selectParticipant is the first part of every statement that reads participants.
const selectParticipant = `
	SELECT p.id, p.study, p.code, p.pilot, p.simulated, p.added_at,
	       coalesce(s.id, 0) AS session, s.ended_at IS NOT NULL AS finished, coalesce(s.turned_away, false) AS turned, ` + putInto + `,
	       coalesce((SELECT state FROM ruling r WHERE r.participant = p.id ORDER BY r.id DESC LIMIT 1), '') AS ruled, e.erased_at,
	       l.hashes, l.issued, l.expires, l.revoked
	FROM participant p LEFT JOIN session s ON s.participant = p.id LEFT JOIN tombstone e ON e.participant = p.id
	     LEFT JOIN LATERAL (SELECT array_agg(hash ORDER BY id) AS hashes, array_agg(issued_at ORDER BY id) AS issued,
	                               array_agg(expires_at ORDER BY id) AS expires, array_agg(revoked_at ORDER BY id) AS revoked
	                        FROM link WHERE participant = p.id) l ON true`

const (
	lastNumber = `
	SELECT coalesce(max(number), 0)
	FROM participant
	WHERE study = $1 AND pilot = $2 AND NOT simulated`

	addParticipant = `
	INSERT INTO participant (study, pilot, number, code, added_at)
	VALUES ($1, $2, $3, $4, $5)
	RETURNING id`
)

// AddParticipants adds one participant for each link and gives them new codes. If one of the links
// is taken, it returns study.ErrConflict and adds nobody.
func (db *DB) AddParticipants(ctx context.Context, s study.StudyID, pilot bool, links []string, at time.Time) ([]study.Participant, error) {
	var added []study.Participant
	err := db.write(ctx, func(tx pgx.Tx) (err error) {
		if _, err := queryOne[studyRow](ctx, tx, lockStudy, s); err != nil { // so that two calls do not give the same code
			return err
		}
		added, err = insertParticipants(ctx, tx, s, pilot, links, at)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("add %d participants to study %d: %w", len(links), s, err)
	}
	return added, nil
}

// insertParticipants does the work of AddParticipants for a study that is locked.
func insertParticipants(ctx context.Context, tx pgx.Tx, s study.StudyID, pilot bool, links []string, at time.Time) (added []study.Participant, _ error) {
	last, err := queryValue[int](ctx, tx, lastNumber, s, pilot)
	if err != nil {
		return nil, err
	}
	for i, link := range links {
		n := last + 1 + i
		code := study.ParticipantCode(n, pilot)
		id, err := queryValue[study.ParticipantID](ctx, tx, addParticipant, s, pilot, n, code, at)
		if err != nil {
			return nil, err
		}
		hash, err := issue(ctx, tx, id, link, study.Link{IssuedAt: at})
		if err != nil {
			return nil, err
		}
		added = append(added, study.Participant{ID: id, Study: s, Code: code, Link: link, Links: []study.Link{{Hash: hash, IssuedAt: at}}, Pilot: pilot, AddedAt: at})
	}
	return added, nil
}

const participantsOfStudy = selectParticipant + `
	WHERE p.study = $1
	ORDER BY p.simulated, p.pilot, p.number`

// Participants returns the participants of a study ordered by code: people, then pilots, then simulated ones.
func (db *DB) Participants(ctx context.Context, s study.StudyID) ([]study.Participant, error) {
	var all []study.Participant
	err := db.read(ctx, func(tx pgx.Tx) error {
		rows, err := queryAll[participantRow](ctx, tx, participantsOfStudy, s)
		all = make([]study.Participant, len(rows))
		for i, r := range rows {
			all[i] = r.participant()
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("participants of study %d: %w", s, err)
	}
	return all, nil
}
