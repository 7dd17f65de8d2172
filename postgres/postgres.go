// Package postgres keeps studies and everything recorded in them in a PostgreSQL database.
//
// One exported method is one transaction and records one fact; its SQL stands beside it. The
// rules that must hold whatever happens are constraints of the tables, see migrations;
// refuse.go turns a violation into what the person at the screen reads. Rows scan into
// unexported types, so that the database's spelling ends at this package's edge.
//
// Traps. Timestamps keep microseconds: what is stored with nanoseconds comes back cut.
// Text with a NUL character cannot be stored and is refused as invalid. While an export is
// read it holds one connection and one snapshot of the data for as long as its reader takes;
// so exports have connections of their own, and whoever stalls cannot keep those of the pages.
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
	exports *pgxpool.Pool // for what is read at somebody else's pace
}

const (
	maxConns       = 16               // at the same time; others wait
	maxExportConns = 8                // an export takes two at a time
	acquireLimit   = 10 * time.Second // for a connection to become free
	dialTimeout    = 5 * time.Second  // for one try to connect
	patienceUp     = 10 * time.Second
)

// Open connects to the database at url (a postgres:// URL, or libpq's keyword=value words).
// A server that is coming up is waited for, up to 10 s; then the error is ErrUnavailable.
func Open(ctx context.Context, url string) (*DB, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database url: %w", err)
	}
	configure(config)
	aside := config.Copy()
	config.MaxConns, aside.MaxConns = max(config.MaxConns, maxConns), maxExportConns
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("database pool: %w", err)
	}
	if err := retry(ctx, patienceUp, func() (bool, error) { return true, pool.Ping(ctx) }); err != nil {
		pool.Close()
		return nil, fmt.Errorf("database at %s: %w", config.ConnConfig.Host, err)
	}
	exports, err := pgxpool.NewWithConfig(ctx, aside) // connects when it is needed
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("database pool: %w", err)
	}
	return &DB{pool: pool, exports: exports}, nil
}

func configure(config *pgxpool.Config) {
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = dialTimeout
	}
	// What was acknowledged is on disk, whatever the server's default is.
	config.ConnConfig.RuntimeParams["synchronous_commit"] = "on"
	config.ConnConfig.RuntimeParams["application_name"] = "vmstudy"
	config.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
		conn.TypeMap().RegisterType(&pgtype.Type{
			Name: "timestamptz", OID: pgtype.TimestamptzOID,
			Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
		})
		return nil
	}
}

// Close waits until every connection is back and closes them.
func (db *DB) Close() {
	db.exports.Close()
	db.pool.Close()
}

// Ping asks the server once whether it answers. ErrUnavailable if it does not.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.pool.Ping(ctx); err != nil {
		return fmt.Errorf("ping: %w", explain(err))
	}
	return nil
}
