package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/analysis"
	"vmstudy/study"
)

type crispRow struct {
	Attempt study.AttemptID
	At      time.Time
	DrawnNs int64
}

// study.Interaction.Crisp defines which interactions are crisp; these statements repeat its rule in
// SQL.
const (
	selectCrisp = `
	SELECT DISTINCT ON (i.attempt) i.attempt, i.at, i.drawn_ns
	FROM interaction i
	JOIN attempt a ON a.id = i.attempt
	JOIN trial t ON t.id = a.trial`

	whereCrisp = ` AND i.kind IN ('key', 'click') AND i.drawn_ns > 0 AND i.drawn_ns < $1
	ORDER BY i.attempt, i.at, i.page, i.number`

	sessionCrisp = selectCrisp + `
	WHERE t.session = $2` + whereCrisp

	exportCrisp = selectCrisp + `
	JOIN session s ON s.id = t.session
	JOIN participant p ON p.id = s.participant
	WHERE p.study = $2 AND ($3 OR NOT p.pilot) AND p.simulated = $4` + whereCrisp
)

func queryCrisp(ctx context.Context, tx pgx.Tx, sql string, args ...any) (map[study.AttemptID]time.Time, error) {
	rows, err := queryAll[crispRow](ctx, tx, sql, append([]any{study.CrispLimit.Nanoseconds()}, args...)...)
	all := make(map[study.AttemptID]time.Time, len(rows))
	for _, r := range rows {
		all[r.Attempt] = r.At.Add(time.Duration(r.DrawnNs))
	}
	return all, err
}

// FirstCrisp returns, for each attempt of a session, the time at which the answer to its first
// crisp input was drawn. For an unknown session the map is empty.
func (db *DB) FirstCrisp(ctx context.Context, id study.SessionID) (all map[study.AttemptID]time.Time, err error) {
	err = db.read(ctx, func(tx pgx.Tx) error {
		all, err = queryCrisp(ctx, tx, sessionCrisp, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("first crisp answers of session %d: %w", id, err)
	}
	return all, nil
}

// FirstCrisp does the same for all attempts of a study.
func (s Source) FirstCrisp(ctx context.Context, f analysis.Filter) (all map[study.AttemptID]time.Time, err error) {
	err = s.snapshot(ctx, func(tx pgx.Tx) error {
		all, err = queryCrisp(ctx, tx, exportCrisp, f.Study, f.Pilots, f.Simulated)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("export first crisp answers: %w", explain(err))
	}
	return all, nil
}
