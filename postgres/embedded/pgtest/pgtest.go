// Package pgtest gives every test an empty database of its own, on a real PostgreSQL that
// exists only while the tests run.
//
//	func TestMain(m *testing.M) { pgtest.Main(m, migrate) }
//
//	func TestSessionIsFoundAgain(t *testing.T) {
//		db := postgres.Open(t.Context(), pgtest.DB(t))
//		...
//	}
//
// The server starts when the first test asks for a database, so a run without such a test does not
// wait for it. The migrations run once, in a template; each test gets a copy of that.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"vmstudy/postgres/embedded"
	"vmstudy/study"
)

// template is the migrated database. Each test gets a copy of it.
const template = "migrated"

// createCopy needs PostgreSQL 15 or newer. The default strategy (wal_log) takes twice as long,
// because it also writes the copy to the write-ahead log.
const createCopy = "CREATE DATABASE %s TEMPLATE %s STRATEGY file_copy"

// A server is the throwaway cluster of one test binary.
type server struct {
	migrate func(ctx context.Context, url string) error
	serial  atomic.Int64 // number of the newest database

	once    sync.Once
	cluster *embedded.Cluster // nil before the first test asks for a database, and if err is not nil
	err     error
	missing bool // whether err says that this machine has no PostgreSQL
}

// tests is global because a testing.M cannot pass a value to its tests.
var tests server

// Main runs the tests of m, and stops the server at the end if a test has used it. Call it as the
// last statement of TestMain. migrate brings the empty database at url into the state that DB
// copies; it must close its connections before it returns. If migrate is nil, the databases are
// empty.
func Main(m *testing.M, migrate func(ctx context.Context, url string) error) {
	tests.migrate = migrate
	m.Run() // afterwards the testing package exits with the code of m
	if tests.cluster == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := tests.cluster.Stop(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "pgtest: stop:", err)
		os.Exit(1)
	}
}

// DB returns the URL of a new database, a copy of the migrated one. The database is dropped when t
// ends. If this machine has no PostgreSQL, DB skips t, or fails it if the environment variable
// STUDYCTL_REQUIRE (a list with commas) names postgres.
func DB(t testing.TB) string {
	t.Helper()
	tests.once.Do(func() { tests.err = tests.start(context.Background()) })
	switch {
	case tests.missing && !required():
		t.Skip(tests.err)
	case tests.err != nil:
		t.Fatal(tests.err)
	}
	name := fmt.Sprintf("test_%d", tests.serial.Add(1))
	if err := tests.run(t.Context(), fmt.Sprintf(createCopy, name, template)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx := context.WithoutCancel(t.Context())
		if err := tests.run(ctx, fmt.Sprintf("DROP DATABASE %s WITH (FORCE)", name)); err != nil {
			t.Error(err)
		}
	})
	return tests.cluster.URL(name)
}

// required reports whether the tests must fail on a machine without PostgreSQL.
func required() bool {
	return slices.Contains(strings.Split(os.Getenv("STUDYCTL_REQUIRE"), ","), "postgres")
}

// start makes the cluster and the template.
func (s *server) start(ctx context.Context) error {
	var err error
	s.cluster, err = embedded.Start(ctx, embedded.Config{Throwaway: true})
	if err != nil {
		s.missing = errors.Is(err, study.ErrNotFound)
		return fmt.Errorf("postgres for tests: %w", err)
	}
	if err := s.run(ctx, "CREATE DATABASE "+template); err != nil {
		return err
	}
	if s.migrate == nil {
		return nil
	}
	if err := s.migrate(ctx, s.cluster.URL(template)); err != nil {
		return fmt.Errorf("migrate the template of test databases: %w", err)
	}
	return nil
}

// run executes one statement on the cluster's maintenance database.
func (s *server) run(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, s.cluster.URL("postgres"))
	if err != nil {
		return fmt.Errorf("postgres for tests: %w", err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("postgres for tests: %s: %w", statement, err)
	}
	return nil
}
