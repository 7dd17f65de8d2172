package postgres

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"vmstudy/migrations"
	"vmstudy/study"
)

// Migrate applies the migrations that the database at url lacks and returns their names, oldest
// first. If two programs call it at the same time, one waits for the other. It needs PostgreSQL 15
// or newer.
//
// A database that a newer program has migrated, or that a restore has not filled to its end, is
// refused and not changed.
func Migrate(ctx context.Context, url string) ([]string, error) {
	var names []string
	err := migrating(ctx, url, checkWhole, func(p *goose.Provider) error {
		steps, err := p.Up(ctx)
		for _, s := range steps {
			names = append(names, cmp.Or(s.Source.Path, migrations.ByProgram[s.Source.Version]))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return names, nil
}

// MigrateRestored is Migrate for a database that a restore is filling.
func MigrateRestored(ctx context.Context, url string) error {
	anyState := func(context.Context, *sql.DB) error { return nil }
	return migrating(ctx, url, anyState, func(p *goose.Provider) error {
		_, err := p.Up(ctx)
		return err
	})
}

// Behind reports whether Migrate would apply any migration. It returns the same errors as Migrate.
func Behind(ctx context.Context, url string) (bool, error) {
	behind := false
	err := migrating(ctx, url, checkWhole, func(p *goose.Provider) (err error) {
		behind, err = p.HasPending(ctx)
		return err
	})
	return behind, err
}

// migrating calls do with a provider of the migrations, after it has checked that they may be
// applied to the database, and that check finds nothing against it.
func migrating(ctx context.Context, url string, check func(context.Context, *sql.DB) error, do func(*goose.Provider) error) error {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return fmt.Errorf("database url: %w", err)
	}
	db := stdlib.OpenDB(*config)
	defer db.Close()
	if err := retry(ctx, patienceUp, func() (bool, error) { return true, db.PingContext(ctx) }); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if err := errors.Join(checkServer(ctx, db), check(ctx, db)); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, migrations.FS,
		goose.WithSessionLocker(locker), goose.WithGoMigrations(steps()...), goose.WithAllowOutofOrder(true))
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if err := checkShape(ctx, db, provider); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if err := do(provider); err != nil {
		return fmt.Errorf("migrate: %w", explain(err))
	}
	return nil
}

const newestStep = `SELECT max(version_id) FROM goose_db_version WHERE is_applied`

// checkShape refuses a database that has had migrations which this program does not know. Its
// tables may have another meaning by now.
func checkShape(ctx context.Context, db *sql.DB, p *goose.Provider) error {
	var found sql.NullString
	if err := db.QueryRowContext(ctx, "SELECT to_regclass('goose_db_version')::text").Scan(&found); err != nil || !found.Valid {
		return err // without this table no migration has been applied
	}
	var newest sql.NullInt64
	if err := db.QueryRowContext(ctx, newestStep).Scan(&newest); err != nil {
		return err
	}
	known := int64(0)
	for _, s := range p.ListSources() {
		known = max(known, s.Version)
	}
	if newest.Int64 > known {
		return study.Refuse(study.ErrConflict, "the database has been used by a newer studyctl: its shape is number %d, and this program knows up to %d. "+
			"Nothing was touched. Use that version or a newer one, or restore a backup from before it", newest.Int64, known)
	}
	return nil
}

// oldest is the first major version of PostgreSQL that knows UNIQUE NULLS NOT DISTINCT.
const oldest = 15

// checkServer returns an error that names both versions if the server is too old.
func checkServer(ctx context.Context, db *sql.DB) error {
	version := 0 // such as 150020
	if err := db.QueryRowContext(ctx, "SELECT current_setting('server_version_num')::int").Scan(&version); err != nil {
		return err
	}
	if major := version / 10_000; major < oldest {
		return fmt.Errorf("the server is PostgreSQL %d, but %d or newer is needed", major, oldest)
	}
	return nil
}
