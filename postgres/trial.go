package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"vmstudy/study"
)

type trialRow struct {
	ID       study.TrialID
	Session  study.SessionID
	Position int
	conditionRow
	ReadyAt *time.Time
	Why     string
	Told    string
	Rated   []string
	RatedAt *time.Time
}

const (
	trialsOfSessions = `
	SELECT t.id, t.session, t.position, ` + conditionFields + `, t.ready_at, t.why, t.told,
	       ARRAY(SELECT r.instrument FROM rating r
	             WHERE r.session = t.session AND r.trial = t.id
	             ORDER BY r.at, r.id) AS rated,
	       (SELECT max(r.at) FROM rating r WHERE r.session = t.session AND r.trial = t.id) AS rated_at
	FROM trial t JOIN condition c ON c.id = t.condition
	WHERE t.session = ANY($1)
	ORDER BY t.session, t.position`

	attemptsOfSessions = selectAttempt + `
	WHERE trial IN (SELECT id FROM trial WHERE session = ANY($1))
	ORDER BY trial, number`
)

// addTrials adds trials, with their attempts and the last ruling, to sessions. The sessions must have their versions already.
func addTrials(sessions map[study.SessionID]*study.Session, trials []trialRow, attempts []attemptRow, rulings []trialRulingRow) error {
	ruled := make(map[study.TrialID]study.TrialRuling, len(rulings))
	for _, r := range rulings {
		ruled[r.Trial] = r.ruling()
	}
	made := map[study.TrialID][]study.Attempt{}
	for _, a := range attempts {
		made[a.Trial] = append(made[a.Trial], a.attempt())
	}
	for _, r := range trials {
		s := sessions[r.Session]
		c, err := r.condition(s.Design())
		if err != nil {
			return fmt.Errorf("trial %d: %w", r.ID, err)
		}
		s.Trials = append(s.Trials, study.Trial{
			ID: r.ID, Position: r.Position, Condition: c, ReadyAt: orZero(r.ReadyAt),
			Attempts: made[r.ID], Rated: r.Rated, RatedAt: orZero(r.RatedAt), Ruling: ruled[r.ID], Why: r.Why, Told: r.Told,
		})
	}
	return nil
}

const layOutTrial = `
	INSERT INTO trial (session, position, condition, form, why, told)
	SELECT $1::bigint, $2::integer, id, $5::text, $6::text, $7::text
	FROM condition
	WHERE version = $3 AND practice = ($2::integer = 0) AND code = $4`

// layOut stores the trials that a session has from the beginning; see study.Design.Laid.
func layOut(ctx context.Context, tx pgx.Tx, id study.SessionID, v study.Version, at study.Place) error {
	return storeTrials(ctx, tx, id, v, v.Design.For(at.Group).Laid(at.Sequence))
}

func storeTrials(ctx context.Context, tx pgx.Tx, id study.SessionID, v study.Version, trials []study.Trial) error {
	var batch pgx.Batch
	for _, t := range trials {
		c := t.Condition
		batch.Queue(layOutTrial, id, t.Position, v.ID, c.Code(), c.Form, t.Why, t.Told).Exec(func(done pgconn.CommandTag) error {
			if done.RowsAffected() == 0 {
				return fmt.Errorf("version %d has no condition %s on record", v.ID, c.Code())
			}
			return nil
		})
	}
	return tx.SendBatch(ctx, &batch).Close()
}

const (
	// Where a study searches, its trials have a reason.
	sessionSearchingByTrial   = `SELECT session FROM trial WHERE id = $1 AND why <> ''`
	sessionSearchingByAttempt = `SELECT t.session FROM attempt a JOIN trial t ON t.id = a.trial WHERE a.id = $1 AND t.why <> ''`
)

// lockSearch locks the session that a statement finds by an id, if its study searches, and returns it; 0 if it does not. Of two transactions that end a pair, one
// lays out the next. It comes before every other lock: who erases or presses Start takes that of the session first, too.
func lockSearch(ctx context.Context, tx pgx.Tx, searching string, by int64) (study.SessionID, error) {
	id, err := queryValue[study.SessionID](ctx, tx, searching, by)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return queryValue[study.SessionID](ctx, tx, lockSession, id)
}

// layOutNext stores the next pair of a session that lockSearch has locked, in the transaction that has ended a trial or taken its rating: if the pair before is
// over; see study.Session.NextPair. So there is no moment at which a search stands still, and no pair is chosen twice.
func layOutNext(ctx context.Context, tx pgx.Tx, id study.SessionID) error {
	if id == 0 {
		return nil
	}
	all, err := loadSessions(ctx, tx, []study.SessionID{id})
	if err != nil {
		return err
	}
	ratings, err := queryRatings(ctx, tx, id)
	if err != nil {
		return err
	}
	return storeTrials(ctx, tx, id, all[0].Version, all[0].NextPair(ratings))
}
