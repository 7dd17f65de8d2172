package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

type sessionRow struct {
	ID          study.SessionID
	Version     study.VersionID
	Seat        int
	StartedAt   time.Time
	ConsentedAt *time.Time
	ScreenedAt  *time.Time
	TurnedAway  bool
	AboutAt     *time.Time
	EndedAt     *time.Time
	Recorded    bool
	Rated       []string
	Language    study.Language
	Found       *foundDoc
	PutThen     string
}

// session converts r, without the place, the trials and the attempts, which are in other tables.
func (r sessionRow) session() study.Session {
	return study.Session{
		ID: r.ID, Seat: r.Seat, StartedAt: r.StartedAt,
		ConsentedAt: orZero(r.ConsentedAt), ScreenedAt: orZero(r.ScreenedAt), TurnedAway: r.TurnedAway, AboutAt: orZero(r.AboutAt), EndedAt: orZero(r.EndedAt), Recorded: r.Recorded, Rated: r.Rated, Language: r.Language,
		Found: r.Found.found(), PutThen: r.PutThen,
	}
}

// Session returns a session with its trials and attempts, or study.ErrNotFound.
func (db *DB) Session(ctx context.Context, id study.SessionID) (study.Session, error) {
	var found study.Session
	err := db.read(ctx, func(tx pgx.Tx) error {
		all, err := loadSessions(ctx, tx, []study.SessionID{id})
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return study.ErrNotFound
		}
		found = all[0]
		return nil
	})
	if err != nil {
		return study.Session{}, fmt.Errorf("session %d: %w", id, err)
	}
	return found, nil
}

const sessionsOfStudy = `
	SELECT s.id
	FROM session s JOIN participant p ON p.id = s.participant
	WHERE p.study = $1
	ORDER BY s.started_at DESC, s.id DESC`

// Sessions returns a study's sessions with their trials and attempts, the newest first.
func (db *DB) Sessions(ctx context.Context, s study.StudyID) ([]study.Session, error) {
	var all []study.Session
	err := db.read(ctx, func(tx pgx.Tx) error {
		ids, err := querySessionIDs(ctx, tx, sessionsOfStudy, s)
		if err != nil {
			return err
		}
		all, err = loadSessions(ctx, tx, ids)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sessions of study %d: %w", s, err)
	}
	return all, nil
}

const openSessions = `
	SELECT id
	FROM session s
	WHERE ended_at IS NULL AND NOT turned_away
	  AND NOT EXISTS (SELECT FROM participant p WHERE p.id = s.participant AND p.simulated)
	  AND (started_at >= $1
	       OR EXISTS (SELECT FROM assignment a WHERE a.participant = s.participant AND a.lease_ends_at > $2)
	       OR EXISTS (SELECT FROM trial t JOIN attempt x ON x.trial = t.id WHERE t.session = s.id AND x.state IN ('preparing', 'running')))
	ORDER BY started_at DESC, id DESC`

// OpenSessions returns the sessions of all studies that have not ended and were not turned away, the newest first: those that began at or
// after since, those whose place is kept beyond now, and those with an attempt in flight. Nobody sits in those of simulated participants, so they are not among them.
func (db *DB) OpenSessions(ctx context.Context, since, now time.Time) ([]study.Session, error) {
	var all []study.Session
	err := db.read(ctx, func(tx pgx.Tx) error {
		ids, err := querySessionIDs(ctx, tx, openSessions, since, now)
		if err != nil {
			return err
		}
		all, err = loadSessions(ctx, tx, ids)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("open sessions since %v: %w", since, err)
	}
	return all, nil
}

func querySessionIDs(ctx context.Context, tx pgx.Tx, sql string, args ...any) ([]study.SessionID, error) {
	rows, _ := tx.Query(ctx, sql, args...)
	return pgx.CollectRows(rows, pgx.RowTo[study.SessionID])
}

const (
	sessionsByID = `
	SELECT id, version, seat, started_at, consented_at, screened_at, turned_away, about_at, ended_at, recorded, language,
	       (SELECT p.found FROM preflight p WHERE p.session = session.id) AS found,
	       coalesce((SELECT g.group_name FROM chosen_group g WHERE g.participant = session.participant AND g.at <= consented_at ORDER BY g.id DESC LIMIT 1), '') AS put_then,
	       ARRAY(SELECT r.instrument FROM rating r WHERE r.session = session.id AND r.trial IS NULL ORDER BY r.at, r.id) AS rated
	FROM session
	WHERE id = ANY($1)
	ORDER BY array_position($1, id)`

	participantsOfSessions = selectParticipant + `
	WHERE s.id = ANY($1)`

	versionsOfSessions = `
	SELECT ` + versionFields + `
	FROM version
	WHERE id IN (SELECT version FROM session WHERE id = ANY($1))`
)

// loadSessions returns the sessions with these ids, whole and in this order. It needs one round
// trip, however many sessions there are. It leaves out ids that do not exist.
func loadSessions(ctx context.Context, tx pgx.Tx, ids []study.SessionID) ([]study.Session, error) {
	var (
		batch    pgx.Batch
		rows     []sessionRow
		versions []versionRow
		people   []participantRow
		trials   []trialRow
		attempts []attemptRow
		places   []assignmentRow
		rulings  []trialRulingRow
	)
	queueAll(&batch, &rows, sessionsByID, ids)
	queueAll(&batch, &versions, versionsOfSessions, ids)
	queueAll(&batch, &people, participantsOfSessions, ids)
	queueAll(&batch, &trials, trialsOfSessions, ids)
	queueAll(&batch, &attempts, attemptsOfSessions, ids)
	queueAll(&batch, &places, assignmentsOfSessions, ids)
	queueAll(&batch, &rulings, trialRulingsOfSessions, ids)
	if err := tx.SendBatch(ctx, &batch).Close(); err != nil {
		return nil, err
	}
	byVersion, err := versionsByID(versions)
	if err != nil {
		return nil, err
	}
	sessions := make([]study.Session, len(rows))
	byID := make(map[study.SessionID]*study.Session, len(rows))
	for i, r := range rows {
		sessions[i] = r.session()
		sessions[i].Version = byVersion[r.Version]
		byID[r.ID] = &sessions[i]
	}
	placeOf := make(map[study.ParticipantID]study.Assignment, len(places))
	for _, a := range places {
		placeOf[a.Participant] = a.assignment()
	}
	for _, p := range people {
		x := byID[p.Session]
		x.Participant, x.Study, x.Assignment = p.participant(), p.Study, placeOf[p.ID]
	}
	return sessions, addTrials(byID, trials, attempts, rulings)
}
