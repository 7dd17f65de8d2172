// Package scratch gives a bench a database of its own, and removes it afterwards. Like a real one, it forces everything to
// disk.
package scratch

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"vmstudy/bench"
	"vmstudy/postgres"
	"vmstudy/postgres/embedded"
	"vmstudy/study"
)

// Restart stops the PostgreSQL and starts it again, so that nothing of the data is in its buffers, and returns the database. It is vacuumed
// before, as autovacuum would have done in time. The handle that was there is closed.
type Restart func(context.Context) (*postgres.DB, error)

// Database starts a PostgreSQL with an empty database for do. If none is installed, the error is a bench.Unable.
func Database(ctx context.Context, do func(*postgres.DB) error) error {
	return Restarting(ctx, func(db *postgres.DB, _ Restart) error { return do(db) })
}

// Restarting is Database for a bench that wants it started anew.
func Restarting(ctx context.Context, do func(*postgres.DB, Restart) error) (err error) {
	dir, err := os.MkdirTemp("", "vmstudy-scratch")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o711); err != nil { // if root runs this, the server is another user
		return err
	}
	s := server{config: embedded.Config{Dir: filepath.Join(dir, "pg")}}
	err = s.start(ctx)
	if say := study.Sentence(err); say != "" {
		return bench.Unable{Why: say}
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop(context.WithoutCancel(ctx))) }()
	return do(s.db, s.restart)
}

// server is a PostgreSQL with one database, and a handle on that.
type server struct {
	config  embedded.Config
	cluster *embedded.Cluster
	db      *postgres.DB
}

func (s *server) start(ctx context.Context) (err error) {
	if s.cluster, err = embedded.Start(ctx, s.config); err != nil {
		return err
	}
	url := s.cluster.URL("postgres")
	if _, err = postgres.Migrate(ctx, url); err == nil {
		s.db, err = postgres.Open(ctx, url)
	}
	if err != nil {
		err = errors.Join(err, s.stop(context.WithoutCancel(ctx)))
	}
	return err
}

func (s *server) stop(ctx context.Context) error {
	if s.db != nil {
		s.db.Close()
	}
	cluster := s.cluster
	if s.db, s.cluster = nil, nil; cluster == nil {
		return nil
	}
	return cluster.Stop(ctx)
}

func (s *server) restart(ctx context.Context) (*postgres.DB, error) {
	if err := errors.Join(s.cluster.Vacuum(ctx), s.stop(ctx)); err != nil {
		return nil, err
	}
	err := s.start(ctx)
	return s.db, err
}
