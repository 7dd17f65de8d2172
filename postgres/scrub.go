package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

// scrubbing are the statements of Scrub, in their order.
//
// A row that was deleted stays in the file of its table until the table is written anew; samples of a table's values stay in the
// statistics of the planner, which ANALYZE replaces, except those of an empty table; and the log of changes (WAL) has every
// row that was ever written, until its file is removed after a checkpoint. Only that of a cluster of our own is removed then (wal_recycle).
var scrubbing = []string{
	`DO $$
	 DECLARE
	     t regclass;
	     filled boolean;
	 BEGIN
	     FOR t IN SELECT c.oid FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' LOOP
	         EXECUTE format('SELECT EXISTS (SELECT FROM %s)', t) INTO filled;
	         IF NOT filled THEN
	             DELETE FROM pg_catalog.pg_statistic WHERE starelid = t;
	         END IF;
	     END LOOP;
	 END $$`,
	`VACUUM (FULL, ANALYZE)`,
	`VACUUM FULL pg_catalog.pg_statistic`, // in which the old samples are rows that were deleted
	`CHECKPOINT`,
	`SELECT pg_switch_wal()`,
	`CHECKPOINT`,
	`SELECT pg_switch_wal()`,
	`CHECKPOINT`,
}

// Scrub writes the database anew, so that nothing that was erased is left in its files. Tables are locked meanwhile, and it needs as
// much free disk as the largest of them; so it is for hours in which nobody takes part. It needs a superuser of the database.
func (db *DB) Scrub(ctx context.Context) error {
	conn, err := acquire(ctx, db.pool, acquireLimit)
	if err != nil {
		return err
	}
	defer conn.Release()
	if err := awaitOlder(ctx, conn.Conn()); err != nil {
		return err
	}
	for _, sql := range scrubbing {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("write the database anew: %w", explain(err))
		}
	}
	return nil
}

// olderThan counts the transactions of others that began before $1 and still see what was in the database then. Rows that they
// see are written to the new files, too.
const olderThan = `
	SELECT count(*)::int FROM pg_stat_activity
	WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
	  AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL) AND xact_start < $1`

// patienceForOlder is how long Scrub waits for the transactions of others.
var patienceForOlder = time.Minute

// awaitOlder waits until no transaction goes on that began before now.
func awaitOlder(ctx context.Context, conn *pgx.Conn) error {
	var from time.Time
	if err := conn.QueryRow(ctx, `SELECT clock_timestamp()`).Scan(&from); err != nil {
		return explain(err)
	}
	again, limit := time.NewTicker(200*time.Millisecond), time.After(patienceForOlder)
	defer again.Stop()
	for {
		var older int
		if err := conn.QueryRow(ctx, olderThan, from).Scan(&older); err != nil {
			return explain(err)
		}
		if older == 0 {
			return nil
		}
		select {
		case <-again.C:
		case <-limit:
			return study.Refuse(study.ErrConflict, "A download or another program still reads an older state of the database. Run scrub again when it has ended.")
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
