package pgtest_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"vmstudy/postgres/embedded/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m, migrate) }

func migrate(ctx context.Context, url string) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, "CREATE TABLE person (code text PRIMARY KEY)")
	return err
}

func TestEachTestHasItsOwnMigratedDatabase(t *testing.T) {
	for n := range 8 {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			conn, err := pgx.Connect(t.Context(), pgtest.DB(t))
			if err != nil {
				t.Fatal(err)
			}
			// The connection stays open: the database must be dropped even if a test forgets to
			// close it.
			if _, err := conn.Exec(t.Context(), "INSERT INTO person VALUES ('P001')"); err != nil {
				t.Errorf("another test's row is in the way: %v", err)
			}
		})
	}
}

func BenchmarkDB(b *testing.B) {
	pgtest.DB(b) // start the server before the measurement begins
	for b.Loop() {
		pgtest.DB(b)
	}
}
