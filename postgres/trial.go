package postgres

import (
	"context"
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
	Rated   []string
	RatedAt *time.Time
}

const (
	trialsOfSessions = `
	SELECT t.id, t.session, t.position, ` + conditionFields + `, t.ready_at,
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
			Attempts: made[r.ID], Rated: r.Rated, RatedAt: orZero(r.RatedAt), Ruling: ruled[r.ID],
		})
	}
	return nil
}

const layOutTrial = `
	INSERT INTO trial (session, position, condition, form)
	SELECT $1::bigint, $2::integer, id, $5::text
	FROM condition
	WHERE version = $3 AND practice = ($2::integer = 0) AND code = $4`

// layOut stores the trials of a session: the practice trial, if the design has one, at position 0,
// then the conditions of the place's sequence in their order.
func layOut(ctx context.Context, tx pgx.Tx, id study.SessionID, v study.Version, at study.Place) error {
	var trials pgx.Batch
	queue := func(position int, c study.Condition) {
		trials.Queue(layOutTrial, id, position, v.ID, c.Code(), c.Form).Exec(func(done pgconn.CommandTag) error {
			if done.RowsAffected() == 0 {
				return fmt.Errorf("version %d has no condition %s on record", v.ID, c.Code())
			}
			return nil
		})
	}
	d := v.Design.For(at.Group)
	if c, ok := d.PracticeCondition(); ok {
		queue(0, c)
	}
	for i, c := range d.Plan(at.Sequence) {
		queue(i+1, c)
	}
	return tx.SendBatch(ctx, &trials).Close()
}
