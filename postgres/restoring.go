package postgres

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5"

	"vmstudy/study"
)

// A restore fills a database in several transactions, and moves files beside it. While it does, the database has a table more, which
// marks it as not whole. A restore that was killed leaves the mark: servers refuse such a database, and the next restore empties it.
const (
	mark     = `CREATE TABLE IF NOT EXISTS vmstudy_restoring ()`
	unmark   = `DROP TABLE vmstudy_restoring`
	isMarked = `SELECT to_regclass('vmstudy_restoring') IS NOT NULL`

	// emptyMarked drops what a restore makes: every table but the mark, and functions, except those of extensions and of others.
	emptyMarked = `
	DO $$
	DECLARE
		thing record;
	BEGIN
		FOR thing IN
			SELECT oid::regclass AS name FROM pg_class
			WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND relname <> 'vmstudy_restoring'
		LOOP
			EXECUTE format('DROP TABLE %s CASCADE', thing.name);
		END LOOP;
		FOR thing IN
			SELECT p.oid::regprocedure AS name FROM pg_proc p
			WHERE p.pronamespace = current_schema()::regnamespace AND p.proowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)
				AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
		LOOP
			EXECUTE format('DROP FUNCTION %s CASCADE', thing.name);
		END LOOP;
	END $$`
)

var errHalf = study.Refuse(study.ErrConflict,
	"the database is not whole: a restore into it was cut off, or goes on. If it does not go on, restore the backup again, which first removes what is there, or use another database")

// Vacant reports whether a restore may fill the database at url: it has no table, or what a restore that was cut off has left.
func Vacant(ctx context.Context, url string) (vacant bool, err error) {
	err = onConn(ctx, url, func(conn *pgx.Conn) error {
		vacant, err = isVacant(ctx, conn)
		return err
	})
	return vacant, err
}

func isVacant(ctx context.Context, conn *pgx.Conn) (bool, error) {
	var marked bool
	if err := conn.QueryRow(ctx, isMarked).Scan(&marked); err != nil || marked {
		return marked, err
	}
	rows, _ := conn.Query(ctx, ownTables)
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return len(names) == 0, err
}

// BeginRestore marks a vacant database as not whole and empties it. The caller must own it (see Own), else it might empty what
// another restore fills.
func BeginRestore(ctx context.Context, url string) error {
	return onConn(ctx, url, func(conn *pgx.Conn) error {
		vacant, err := isVacant(ctx, conn)
		if err != nil {
			return err
		}
		if !vacant {
			return study.Refuse(study.ErrConflict, "the database got tables while the backup was read, and a restore must not replace them")
		}
		return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, mark); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, emptyMarked)
			return err
		})
	})
}

// EndRestore takes the mark away: the database, and the files that belong to it, are whole.
func EndRestore(ctx context.Context, url string) error {
	return onConn(ctx, url, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, unmark)
		return err
	})
}

// onConn lets do use a connection of its own.
func onConn(ctx context.Context, url string, do func(*pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, url)
	if err == nil {
		err = do(conn)
		_ = conn.Close(context.WithoutCancel(ctx))
	}
	if err != nil {
		return fmt.Errorf("prepare the database for a restore: %w", explain(err))
	}
	return nil
}

// checkWhole refuses a database that a restore has not filled to its end.
func checkWhole(ctx context.Context, db *sql.DB) error {
	var marked bool
	if err := db.QueryRowContext(ctx, isMarked).Scan(&marked); err != nil {
		return err
	}
	if marked {
		return errHalf
	}
	return nil
}
