package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"vmstudy/study"
)

// read runs do on one snapshot of the data. If the server goes away, read runs do again from its
// beginning, so do must discard what it read before.
func (db *DB) read(ctx context.Context, do func(tx pgx.Tx) error) error {
	return retry(ctx, patience, func() (bool, error) {
		return true, db.snapshot(ctx, do)
	})
}

// snapshot runs do once, in a read-only transaction that sees one state of the data.
func (db *DB) snapshot(ctx context.Context, do func(tx pgx.Tx) error) error {
	conn, err := acquire(ctx, db.pool, acquireLimit)
	if err != nil {
		return err
	}
	defer conn.Release()
	return pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, do)
}

// errBusy is the error of a call for which no connection became free in time.
var errBusy = &unavailable{study.Refuse(ErrUnavailable,
	"The server has more to do at the moment than it can. Nothing that was saved is lost. Try again in a minute.")}

// acquire takes a connection from the pool; the caller must release it. It waits at most limit for
// a connection to become free.
func acquire(ctx context.Context, pool *pgxpool.Pool, limit time.Duration) (*pgxpool.Conn, error) {
	waiting, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	conn, err := pool.Acquire(waiting)
	if err != nil && waiting.Err() != nil && ctx.Err() == nil {
		return nil, errBusy
	}
	return conn, err
}

// write runs do in a transaction and commits it. If somebody does something in ctx, the same transaction appends that to the audit. If the server goes away before the commit is sent,
// the transaction is undone and write runs do again. If it goes away after that, nobody knows
// whether the commit happened, and the error is ErrUnavailable.
func (db *DB) write(ctx context.Context, do func(tx pgx.Tx) error) error {
	return retry(ctx, patience, func() (repeatable bool, err error) {
		conn, err := acquire(ctx, db.pool, acquireLimit)
		if err != nil {
			return true, err
		}
		defer conn.Release()
		tx, err := conn.Begin(ctx)
		if err != nil {
			return true, err
		}
		if err := do(tx); err != nil {
			undo(ctx, tx)
			return true, err
		}
		if err := appendAct(ctx, tx); err != nil {
			undo(ctx, tx)
			return true, err
		}
		return false, tx.Commit(ctx)
	})
}

// undo rolls back, even if ctx has ended. The pool drops a connection whose rollback fails.
func undo(ctx context.Context, tx pgx.Tx) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), dialTimeout)
	defer cancel()
	_ = tx.Rollback(ctx)
}

// queryOne returns the one row that sql selects, or pgx.ErrNoRows.
func queryOne[Row any](ctx context.Context, tx pgx.Tx, sql string, args ...any) (Row, error) {
	rows, _ := tx.Query(ctx, sql, args...)
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[Row])
}

// queryAll returns the rows that sql selects.
func queryAll[Row any](ctx context.Context, tx pgx.Tx, sql string, args ...any) ([]Row, error) {
	rows, _ := tx.Query(ctx, sql, args...)
	return pgx.CollectRows(rows, pgx.RowToStructByName[Row])
}

// queryValue returns the single value that sql selects.
func queryValue[T any](ctx context.Context, tx pgx.Tx, sql string, args ...any) (T, error) {
	rows, _ := tx.Query(ctx, sql, args...)
	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[T])
}

// mustChange returns err, or pgx.ErrNoRows if the statement has changed no row.
func mustChange(done pgconn.CommandTag, err error) error {
	if err == nil && done.RowsAffected() == 0 {
		return pgx.ErrNoRows
	}
	return err
}

// queueAll adds a query to a batch of statements. rows is filled when the batch is sent.
func queueAll[Row any](batch *pgx.Batch, rows *[]Row, sql string, args ...any) {
	batch.Queue(sql, args...).Query(func(answer pgx.Rows) (err error) {
		*rows, err = pgx.CollectRows(answer, pgx.RowToStructByName[Row])
		return err
	})
}

// orNull returns t as a column stores it: null for the zero time.
func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// orZero is the inverse of orNull.
func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
