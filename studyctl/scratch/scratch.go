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

// Database starts a PostgreSQL with an empty database for do. If none is installed, the error is a bench.Unable.
func Database(ctx context.Context, do func(*postgres.DB) error) (err error) {
	dir, err := os.MkdirTemp("", "vmstudy-scratch")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o711); err != nil { // if root runs this, the server is another user
		return err
	}
	cluster, err := embedded.Start(ctx, embedded.Config{Dir: filepath.Join(dir, "pg")})
	if say := study.Sentence(err); say != "" {
		return bench.Unable{Why: say}
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, cluster.Stop(context.WithoutCancel(ctx))) }()
	url := cluster.URL("postgres")
	if _, err := postgres.Migrate(ctx, url); err != nil {
		return err
	}
	db, err := postgres.Open(ctx, url)
	if err != nil {
		return err
	}
	defer db.Close()
	return do(db)
}
