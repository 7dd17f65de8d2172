package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

var interactionColumns = []string{
	"attempt", "number", "kind", "at", "sent_ns", "arrived_ns", "drawn_ns", "machine_ns", "bytes", "area_px",
}

// SaveInteractions stores a batch of one attempt. Rows whose number is there already are
// passed over, so that a repeat changes nothing. When it returns nil, they are on disk.
//
// Nearly every batch is new, so it goes in as a plain COPY, the fastest way there is. Only
// where that finds a repeat the rows go in again beside those that are there. Each of the two
// is one statement and so one transaction, and can be repeated whatever has become of it.
func (db *DB) SaveInteractions(ctx context.Context, a study.AttemptID, rows []study.Interaction) error {
	if len(rows) == 0 {
		return nil
	}
	err := retry(ctx, patience, func() (bool, error) { return true, db.copyInteractions(ctx, a, rows) })
	if errors.Is(err, study.ErrConflict) {
		err = retry(ctx, patience, func() (bool, error) { return true, db.mergeInteractions(ctx, a, rows) })
	}
	if err != nil {
		return fmt.Errorf("save %d interactions of attempt %d: %w", len(rows), a, err)
	}
	return nil
}

func (db *DB) copyInteractions(ctx context.Context, a study.AttemptID, rows []study.Interaction) error {
	_, err := db.pool.CopyFrom(ctx, pgx.Identifier{"interaction"}, interactionColumns,
		pgx.CopyFromSlice(len(rows), func(n int) ([]any, error) {
			i := rows[n]
			return []any{
				int64(a), i.Number, string(i.Kind), i.At,
				int64(i.Sent), int64(i.Arrived), int64(i.Drawn), int64(i.Machine), i.Bytes, i.Area,
			}, nil
		}))
	return err
}

const addInteractions = `
	INSERT INTO interaction (attempt, number, kind, at, sent_ns, arrived_ns, drawn_ns, machine_ns, bytes, area_px)
	SELECT $1, * FROM unnest($2::bigint[], $3::text[], $4::timestamptz[],
		$5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[])
	ON CONFLICT DO NOTHING`

func (db *DB) mergeInteractions(ctx context.Context, a study.AttemptID, rows []study.Interaction) error {
	_, err := db.pool.Exec(ctx, addInteractions, a,
		column(rows, func(i study.Interaction) int64 { return i.Number }),
		column(rows, func(i study.Interaction) string { return string(i.Kind) }),
		column(rows, func(i study.Interaction) time.Time { return i.At }),
		column(rows, func(i study.Interaction) int64 { return int64(i.Sent) }),
		column(rows, func(i study.Interaction) int64 { return int64(i.Arrived) }),
		column(rows, func(i study.Interaction) int64 { return int64(i.Drawn) }),
		column(rows, func(i study.Interaction) int64 { return int64(i.Machine) }),
		column(rows, func(i study.Interaction) int64 { return i.Bytes }),
		column(rows, func(i study.Interaction) int64 { return i.Area }))
	return err
}

// column returns one field of every row.
func column[T any](rows []study.Interaction, field func(study.Interaction) T) []T {
	values := make([]T, len(rows))
	for i, r := range rows {
		values[i] = field(r)
	}
	return values
}
