package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

// interactionRow has the fields of study.Interaction, for conversion.
type interactionRow struct {
	Number  int64
	Kind    study.InputKind
	At      time.Time
	Sent    time.Duration `db:"sent_ns"`
	Arrived time.Duration `db:"arrived_ns"`
	Drawn   time.Duration `db:"drawn_ns"`
	Machine time.Duration `db:"machine_ns"`
	Bytes   int64
	Area    int64 `db:"area_px"`
}

var interactionColumns = []string{
	"attempt", "number", "kind", "at", "sent_ns", "arrived_ns", "drawn_ns", "machine_ns", "bytes", "area_px",
}

func interactionValues(a study.AttemptID, i study.Interaction) []any {
	return []any{
		int64(a), i.Number, string(i.Kind), i.At,
		int64(i.Sent), int64(i.Arrived), int64(i.Drawn), int64(i.Machine), i.Bytes, i.Area,
	}
}

// SaveInteractions stores a batch of one attempt. Rows whose number is there already are
// passed over, so that a repeat changes nothing. When it returns nil, they are on disk.
//
// Nearly every batch is new, so it goes in as a plain COPY, the fastest way there is. Only
// where that finds a repeat it is undone and the rows go in again one by one.
func (db *DB) SaveInteractions(ctx context.Context, a study.AttemptID, rows []study.Interaction) error {
	if len(rows) == 0 {
		return nil
	}
	err := db.write(ctx, func(tx pgx.Tx) error { return copyInteractions(ctx, tx, a, rows) })
	if errors.Is(err, study.ErrConflict) {
		err = db.write(ctx, func(tx pgx.Tx) error { return addInteractions(ctx, tx, a, rows) })
	}
	if err != nil {
		return fmt.Errorf("save %d interactions of attempt %d: %w", len(rows), a, err)
	}
	return nil
}

func copyInteractions(ctx context.Context, tx pgx.Tx, a study.AttemptID, rows []study.Interaction) error {
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"interaction"}, interactionColumns,
		pgx.CopyFromSlice(len(rows), func(i int) ([]any, error) { return interactionValues(a, rows[i]), nil }))
	return err
}

const addInteraction = `
	INSERT INTO interaction (attempt, number, kind, at, sent_ns, arrived_ns, drawn_ns, machine_ns, bytes, area_px)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
	ON CONFLICT DO NOTHING`

func addInteractions(ctx context.Context, tx pgx.Tx, a study.AttemptID, rows []study.Interaction) error {
	var batch pgx.Batch
	for _, i := range rows {
		batch.Queue(addInteraction, interactionValues(a, i)...)
	}
	return tx.SendBatch(ctx, &batch).Close()
}
