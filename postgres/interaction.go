package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

var interactionColumns = []string{
	"attempt", "page", "batch", "number", "kind", "at",
	"sent_ns", "arrived_ns", "drawn_ns", "quiet_ns", "held_ns", "machine_ns", "bytes", "area_px",
	"rect_x", "rect_y", "rect_width", "rect_height", "pointer_x", "pointer_y", "cut",
	"pointer_type", "delivery", "delayed_ns",
}

const (
	// addBatch stores the receipt and the events, unless the receipt is there already. It returns
	// whether it stored them.
	addBatch = `
	WITH receipt AS (
		INSERT INTO batch (attempt, page, number, received_at, clock_zero_at, uncertainty_ns, count, given, dropped, last)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		ON CONFLICT DO NOTHING
		RETURNING attempt
	), told AS (
		INSERT INTO event (session, attempt, page, batch, number, kind, at, detail)
		SELECT t.session, a.id, $2, $3, e.number, e.kind, e.at, e.detail
		FROM unnest($11::bigint[], $12::text[], $13::timestamptz[], $14::text[]) AS e(number, kind, at, detail),
		     receipt JOIN attempt a ON a.id = receipt.attempt JOIN trial t ON t.id = a.trial
	)
	SELECT EXISTS (SELECT FROM receipt)`
)

// SaveBatch stores a batch: its receipt, its interactions and its events, all or nothing. When it
// returns nil, the batch is on disk. If the page has sent a batch of this number before, nothing
// changes. If the batch uses the number of an earlier interaction or event again, the error is
// study.ErrConflict.
//
// Interactions are written with COPY, PostgreSQL's fastest way to insert rows. Everything is one
// transaction, which can be repeated even if nobody knows whether it was committed.
func (db *DB) SaveBatch(ctx context.Context, b study.Batch) error {
	err := retry(ctx, patience, func() (bool, error) { return true, db.saveBatch(ctx, b) })
	if err != nil {
		return fmt.Errorf("save batch %d of page %d of attempt %d: %w", b.Number, b.Page, b.Attempt, err)
	}
	return nil
}

func (db *DB) saveBatch(ctx context.Context, b study.Batch) error {
	conn, err := acquire(ctx, db.pool, acquireLimit)
	if err != nil {
		return err
	}
	defer conn.Release()
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		fresh := false
		var batch pgx.Batch
		batch.Queue(addBatch,
			b.Attempt, b.Page, b.Number, b.Received, b.Zero, int64(b.Uncertainty), len(b.Interactions)+len(b.Events), b.Given, b.Dropped, b.Last,
			column(b.Events, func(e study.Event) int64 { return e.Number }),
			column(b.Events, func(e study.Event) string { return string(e.Kind) }),
			column(b.Events, func(e study.Event) time.Time { return e.At }),
			column(b.Events, func(e study.Event) string { return e.Detail }),
		).QueryRow(func(row pgx.Row) error { return row.Scan(&fresh) })
		batch.Queue(dropSummary, b.Attempt) // after the receipt, which locks the attempt's key; if the attempt had ended, its summary is too old now
		if err := tx.SendBatch(ctx, &batch).Close(); err != nil || !fresh || len(b.Interactions) == 0 {
			return err
		}
		return copyInteractions(ctx, tx, b)
	})
}

// BareCopy stores the interactions of a batch and nothing else: no receipt, no retry, no
// transaction around them. Benchmarks compare SaveBatch with it.
func (db *DB) BareCopy(ctx context.Context, b study.Batch) error {
	return copyInteractions(ctx, db.pool, b)
}

// copier is a pool of connections or a transaction.
type copier interface {
	CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error)
}

func copyInteractions(ctx context.Context, to copier, b study.Batch) error {
	row := make([]any, len(interactionColumns))
	row[0], row[1], row[2] = int64(b.Attempt), b.Page, b.Number
	_, err := to.CopyFrom(ctx, pgx.Identifier{"interaction"}, interactionColumns,
		pgx.CopyFromSlice(len(b.Interactions), func(n int) ([]any, error) {
			i := &b.Interactions[n]
			row[3], row[4], row[5] = i.Number, string(i.Kind), i.At
			row[6], row[7], row[8], row[9] = int64(i.Sent), int64(i.Arrived), int64(i.Drawn), int64(i.Quiet)
			row[10], row[11], row[12], row[13] = int64(i.Held), int64(i.Machine), i.Bytes, i.Area
			row[14], row[15], row[16], row[17] = i.Rect.Min.X, i.Rect.Min.Y, i.Rect.Dx(), i.Rect.Dy()
			row[18], row[19], row[20] = i.Pointer.X, i.Pointer.Y, i.Cut
			row[21], row[22], row[23] = string(i.PointerType), string(i.Delivery), int64(i.Delayed)
			return row, nil
		}))
	return err
}

// column returns one field of every row.
func column[Row, T any](rows []Row, field func(Row) T) []T {
	values := make([]T, len(rows))
	for i, r := range rows {
		values[i] = field(r)
	}
	return values
}

type receiptRow struct {
	Attempt       study.AttemptID
	Page          int
	Number        int64
	ReceivedAt    time.Time
	ClockZeroAt   time.Time
	UncertaintyNs int64
	Count         int
	Given         int64
	Dropped       int64
	Last          bool
}

func (r receiptRow) receipt() study.Receipt {
	return study.Receipt{
		Attempt: r.Attempt, Page: r.Page, Number: r.Number, Received: r.ReceivedAt,
		Zero: r.ClockZeroAt, Uncertainty: time.Duration(r.UncertaintyNs),
		Count: r.Count, Given: r.Given, Dropped: r.Dropped, Last: r.Last,
	}
}

// selectReceipt is the first part of every statement that reads receipts.
const selectReceipt = `
	SELECT b.attempt, b.page, b.number, b.received_at, b.clock_zero_at, b.uncertainty_ns, b.count, b.given, b.dropped, b.last
	FROM batch b JOIN attempt a ON a.id = b.attempt JOIN trial t ON t.id = a.trial`

const receiptsOfSession = selectReceipt + `
	WHERE t.session = $1
	ORDER BY t.position, a.number, b.page, b.number`

// Receipts returns the receipts of a session's batches, ordered by trial, attempt, page and number.
func (db *DB) Receipts(ctx context.Context, id study.SessionID) ([]study.Receipt, error) {
	var rows []receiptRow
	err := db.read(ctx, func(tx pgx.Tx) (err error) {
		rows, err = queryAll[receiptRow](ctx, tx, receiptsOfSession, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("receipts of session %d: %w", id, err)
	}
	return column(rows, receiptRow.receipt), nil
}
