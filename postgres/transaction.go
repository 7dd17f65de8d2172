package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"vmstudy/study"
)

// read runs do on one snapshot of the data. If the server goes away do runs again from its
// beginning, so it must start from nothing each time.
func (db *DB) read(ctx context.Context, do func(tx pgx.Tx) error) error {
	return retry(ctx, patience, func() (bool, error) {
		return true, db.snapshot(ctx, do)
	})
}

// snapshot runs do once in a transaction that sees one state of the data and changes nothing.
func (db *DB) snapshot(ctx context.Context, do func(tx pgx.Tx) error) error {
	conn, err := acquire(ctx, db.pool, acquireLimit)
	if err != nil {
		return err
	}
	defer conn.Release()
	return pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, do)
}

// errBusy is the error of who has waited in vain for a connection to become free.
var errBusy = &unavailable{study.Refuse(ErrUnavailable,
	"The server has more to do at the moment than it can. Nothing that was saved is lost. Try again in a minute.")}

// acquire takes a connection, which the caller releases. All of them may be in use by others who
// take their time; nobody waits for that without end.
func acquire(ctx context.Context, pool *pgxpool.Pool, limit time.Duration) (*pgxpool.Conn, error) {
	waiting, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	conn, err := pool.Acquire(waiting)
	if err != nil && waiting.Err() != nil && ctx.Err() == nil {
		return nil, errBusy
	}
	return conn, err
}

// write runs do in a transaction and commits it. As long as the commit has not been sent, the
// server going away undoes everything, so do runs again, from its beginning. Once it has been
// sent nobody knows, and the caller hears ErrUnavailable.
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
		return false, tx.Commit(ctx)
	})
}

// undo rolls back even if ctx is over; a connection that cannot is dropped by the pool.
func undo(ctx context.Context, tx pgx.Tx) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), dialTimeout)
	defer cancel()
	_ = tx.Rollback(ctx)
}

// queryOne returns the row that sql selects; its error is pgx.ErrNoRows if there is none.
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

// mustChange takes the result of a statement that names one row; pgx.ErrNoRows if there was
// none.
func mustChange(done pgconn.CommandTag, err error) error {
	if err == nil && done.RowsAffected() == 0 {
		return pgx.ErrNoRows
	}
	return err
}

// queueAll is queryAll as a part of a batch: rows is filled when the batch is sent.
func queueAll[Row any](batch *pgx.Batch, rows *[]Row, sql string, args ...any) {
	batch.Queue(sql, args...).Query(func(answer pgx.Rows) (err error) {
		*rows, err = pgx.CollectRows(answer, pgx.RowToStructByName[Row])
		return err
	})
}

// orNull returns what a column holds for t: null for the zero time.
func orNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// orZero is the way back of orNull.
func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}
