package postgres

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"vmstudy/migrations"
)

// Migrate brings the database at url to today's shape and returns the names of the steps
// that it took, oldest first; none if it was there already. Programs that start at the same
// time wait for each other. It needs PostgreSQL 15 or newer.
func Migrate(ctx context.Context, url string) ([]string, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database url: %w", err)
	}
	db := stdlib.OpenDB(*config)
	defer db.Close()
	if err := retry(ctx, patienceUp, func() (bool, error) { return true, db.PingContext(ctx) }); err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	if err := checkServer(ctx, db); err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, migrations.FS, goose.WithSessionLocker(locker))
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	steps, err := provider.Up(ctx)
	if err != nil {
		return nil, fmt.Errorf("migrate: %w", explain(err))
	}
	names := make([]string, len(steps))
	for i, s := range steps {
		names[i] = s.Source.Path
	}
	return names, nil
}

// oldest is the first version of PostgreSQL that knows UNIQUE NULLS NOT DISTINCT.
const oldest = 15

// checkServer refuses a server that is too old in words that say so.
func checkServer(ctx context.Context, db *sql.DB) error {
	version := 0 // as in 150020
	if err := db.QueryRowContext(ctx, "SELECT current_setting('server_version_num')::int").Scan(&version); err != nil {
		return err
	}
	if major := version / 10_000; major < oldest {
		return fmt.Errorf("the server is PostgreSQL %d, but %d or newer is needed", major, oldest)
	}
	return nil
}
