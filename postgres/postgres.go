// Package postgres stores studies and everything recorded in them in a PostgreSQL database.
//
// One exported method is one transaction and records one fact; its SQL stands beside it. Rules that
// must never be broken are constraints of the tables (see migrations). When a constraint is
// violated, refuse.go supplies the sentence that the person at the screen reads. Rows scan into
// unexported types, so that no other package knows how the tables spell things.
//
// Traps. Timestamps have microseconds: stored nanoseconds are cut off. Text with a NUL character
// cannot be stored and is refused as invalid. An export uses one connection and one snapshot of the
// data until its reader has finished. Exports therefore have connections of their own, so that a
// slow reader cannot take all connections of the pages.
package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
)

// DB is a handle on the lab's database. It is safe for concurrent use.
type DB struct {
	pool    *pgxpool.Pool
	exports *pgxpool.Pool // for exports that a slow reader may stall
	pulse   *pgxpool.Pool // for Answers alone
}

const (
	maxConns       = 16               // at the same time; further calls wait
	maxExportConns = 8                // an export uses one
	acquireLimit   = 10 * time.Second // for a connection to become free
	dialTimeout    = 5 * time.Second  // for one try to connect
	patienceUp     = 10 * time.Second
)

// Open connects to the database at url (a postgres:// URL, or libpq's keyword=value words). It
// waits up to 10 s for a server that is starting, and then returns ErrUnavailable.
func Open(ctx context.Context, url string) (*DB, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database url: %w", err)
	}
	configure(config)
	aside, alone := config.Copy(), config.Copy()
	config.MaxConns, aside.MaxConns = max(config.MaxConns, maxConns), maxExportConns
	alone.MinConns, alone.MaxConns = 0, 2 // while one that went silent is closed, another asks
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("database pool: %w", err)
	}
	if err := retry(ctx, patienceUp, func() (bool, error) { return true, pool.Ping(ctx) }); err != nil {
		pool.Close()
		return nil, fmt.Errorf("database at %s: %w", config.ConnConfig.Host, err)
	}
	exports, err := pgxpool.NewWithConfig(ctx, aside) // connects only when it is first used
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("database pool: %w", err)
	}
	pulse, err := pgxpool.NewWithConfig(ctx, alone) // this one, too
	if err != nil {
		exports.Close()
		pool.Close()
		return nil, fmt.Errorf("database pool: %w", err)
	}
	return &DB{pool: pool, exports: exports, pulse: pulse}, nil
}

func configure(config *pgxpool.Config) {
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = dialTimeout
	}
	// Whatever the server's default is: a commit returns only when its data is on disk.
	config.ConnConfig.RuntimeParams["synchronous_commit"] = "on"
	config.ConnConfig.RuntimeParams["application_name"] = "vmstudy"
	config.ConnConfig.Tracer = counter{}
	config.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
		conn.TypeMap().RegisterType(&pgtype.Type{
			Name: "timestamptz", OID: pgtype.TimestamptzOID,
			Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
		})
		return nil
	}
}

// Close waits until every connection is free and closes them.
func (db *DB) Close() {
	db.pulse.Close()
	db.exports.Close()
	db.pool.Close()
}

// Connections returns how many connections are at work, how many there are, and how many there may be, without those of exports.
func (db *DB) Connections() (busy, open, most int) {
	s := db.pool.Stat()
	return int(s.AcquiredConns()), int(s.TotalConns()), int(s.MaxConns())
}

// Ping asks the server once whether it answers, and returns ErrUnavailable if it does not.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.pool.Ping(ctx); err != nil {
		return fmt.Errorf("ping: %w", explain(err))
	}
	return nil
}

// Answers is Ping on a connection that nobody else uses: it answers also while all others are at work.
func (db *DB) Answers(ctx context.Context) error {
	if err := db.pulse.Ping(ctx); err != nil {
		return fmt.Errorf("ping: %w", explain(err))
	}
	return nil
}
