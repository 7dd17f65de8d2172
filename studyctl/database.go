package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"vmstudy/postgres"
	"vmstudy/postgres/embedded"
	"vmstudy/study"
	"vmstudy/studyctl/cli"
)

// databaseName is the name of our database in our own cluster. Every cluster has a database of this name, and there is
// nothing else in ours.
const databaseName = "postgres"

// withDatabase lets do work on the database while a server may work on it, too. If DATABASE_URL is set, it is that database.
// If not, it is the one in our own cluster, which is started for as long as do takes unless a server runs it already.
func withDatabase(ctx context.Context, c Config, do func(db *postgres.DB) error) error {
	url, stop, err := openDatabase(ctx, c)
	if err != nil {
		return err
	}
	defer stop()
	if _, err := migrateBeside(ctx, url); err != nil {
		return err
	}
	return onDatabase(ctx, url, do)
}

// withOwnDatabase lets do work on a database, and keeps other servers from it meanwhile.
func withOwnDatabase(ctx context.Context, c Config, do func(*postgres.DB, *postgres.Owner) error) error {
	url, stop, err := openOwnDatabase(ctx, c)
	if err != nil {
		return err
	}
	defer stop()
	owner, err := postgres.Own(ctx, url, processName())
	if err != nil {
		return err
	}
	defer owner.Close()
	if _, err := postgres.Migrate(ctx, url); err != nil {
		return err
	}
	return onDatabase(ctx, url, func(db *postgres.DB) error { return do(db, owner) })
}

func onDatabase(ctx context.Context, url string, do func(*postgres.DB) error) error {
	db, err := postgres.Open(ctx, url)
	if err != nil {
		return err
	}
	defer db.Close()
	return do(db)
}

// processName tells others which process this is. It is short enough for the database to keep it.
func processName() string {
	host, err := os.Hostname()
	if err != nil {
		host = "a computer without a name"
	}
	return fmt.Sprintf("%.19s, process %d", host, os.Getpid())
}

// migrateBeside migrates the database if its version is older than this program's. No server may work on the database
// meanwhile: an older server must not find its tables changed.
func migrateBeside(ctx context.Context, url string) ([]string, error) {
	behind, err := postgres.Behind(ctx, url)
	if err != nil || !behind {
		return nil, err
	}
	owner, err := postgres.Own(ctx, url, processName())
	if errors.Is(err, study.ErrConflict) {
		return nil, study.Refuse(study.ErrConflict,
			"The database has to be brought to this version's shape first, and that is not possible now: %s. Or use the studyctl of the version that serves.", study.Sentence(err))
	}
	if err != nil {
		return nil, err
	}
	defer owner.Close()
	return postgres.Migrate(ctx, url)
}

// openDatabase returns the address of the database. stop ends its cluster if this call has started it, and else does
// nothing.
func openDatabase(ctx context.Context, c Config) (url string, stop func(), err error) {
	url, stop, err = openOwnDatabase(ctx, c)
	if errors.Is(err, study.ErrConflict) && c.DatabaseURL == "" {
		if url, runErr := embedded.Running(c.postgresDir(), databaseName); runErr == nil {
			return url, func() {}, nil
		}
	}
	return url, stop, err
}

// address returns the address of the database that runs already.
func (c Config) address() (string, error) {
	if c.DatabaseURL != "" {
		return c.DatabaseURL, nil
	}
	return embedded.Running(c.postgresDir(), databaseName)
}

// openOwnDatabase is openDatabase, but refuses if another program runs our cluster: the cluster would end with that program.
func openOwnDatabase(ctx context.Context, c Config) (url string, stop func(), err error) {
	if c.DatabaseURL != "" {
		return c.DatabaseURL, func() {}, nil
	}
	config := embedded.Config{Dir: c.postgresDir(), Log: io.Discard}
	cluster, err := embedded.Start(ctx, config)
	if err != nil {
		return "", nil, err
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	kept := make(chan struct{})
	go func() {
		defer close(kept)
		keepRunning(ctx, cluster, config)
	}()
	return cluster.URL(databaseName), func() { cancel(); <-kept }, nil
}

// restartPause is the time between two attempts to start a database that has ended by itself.
const restartPause = time.Second

// keepRunning stops the cluster when ctx ends. Until then it starts the cluster again whenever that has ended by itself, as
// when the kernel killed it because memory ran out. The address stays the same, so connections can be made again.
func keepRunning(ctx context.Context, cluster *embedded.Cluster, config embedded.Config) {
	for running := true; running; cluster, running = startAgain(ctx, config) {
		select {
		case <-cluster.Done():
			slog.Error("postgres ended by itself", "err", cluster.Err())
		case <-ctx.Done():
		}
		if err := cluster.Stop(context.WithoutCancel(ctx)); err != nil && ctx.Err() != nil {
			slog.Error("postgres did not stop well", "err", err)
		}
	}
}

// startAgain tries to start the cluster until it runs. It returns false if ctx ends before that.
func startAgain(ctx context.Context, config embedded.Config) (*embedded.Cluster, bool) {
	for ctx.Err() == nil {
		cluster, err := embedded.Start(ctx, config)
		if err == nil {
			return cluster, true
		}
		slog.Error("postgres does not start", "err", err)
		select {
		case <-time.After(restartPause):
		case <-ctx.Done():
		}
	}
	return nil, false
}

type migrateCmd struct{}

// Run migrates the database to this program's version, and says what it did.
func (migrateCmd) Run(ctx context.Context, c Config, t cli.Terminal) error {
	url, stop, err := openDatabase(ctx, c)
	if err != nil {
		return err
	}
	defer stop()
	done, err := migrateBeside(ctx, url)
	if err != nil {
		return err
	}
	for _, name := range done {
		fmt.Fprintln(t.Out, "applied", name)
	}
	if len(done) == 0 {
		fmt.Fprintln(t.Out, "nothing to do")
	}
	return nil
}
