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
// The server starts when the first test asks for a database, so that runs without such a
// test pay nothing. The migrations run once, into a template; each test gets a copy of it.
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

// template is the migrated database that is copied for each test.
const template = "migrated"

// createCopy needs PostgreSQL 15. Its default strategy writes the copy to the log as well, which
// takes twice as long.
const createCopy = "CREATE DATABASE %s TEMPLATE %s STRATEGY file_copy"

// A server is the throwaway cluster of one test binary.
type server struct {
	migrate func(ctx context.Context, url string) error
	serial  atomic.Int64 // of the last database

	once    sync.Once
	cluster *embedded.Cluster // nil until asked for, or if err is not nil
	err     error
	missing bool // err is that there is no PostgreSQL on this machine
}

// tests is global because a testing.M has no way to hand a value to its tests.
var tests server

// Main runs the tests of m, and at the end stops the server if one of them needed it. Call it
// from TestMain, as its last statement. migrate brings the empty database at url to the state
// that DB copies; it must have closed its connections when it returns. Nil leaves it empty.
func Main(m *testing.M, migrate func(ctx context.Context, url string) error) {
	tests.migrate = migrate
	m.Run() // testing keeps the exit code
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

// DB returns the URL of a new database, a copy of the migrated one, that is dropped when t
// ends. Without PostgreSQL on the machine it skips t, or fails it if the environment variable
// STUDYCTL_REQUIRE (a comma list) names postgres.
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

// required tells whether a machine without PostgreSQL fails the tests.
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
