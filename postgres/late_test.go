package postgres_test

import (
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"

	"vmstudy/postgres"
	"vmstudy/postgres/embedded/pgtest"
)

// Two people may each add a migration, and the one with the lower number may come later. A database that has the higher one
// gets the lower one, too.
func TestAMigrationThatCameLateIsAppliedToo(t *testing.T) {
	url := pgtest.DB(t)
	if _, err := postgres.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	before := "ALTER TABLE trial DROP COLUMN form; DELETE FROM goose_db_version WHERE version_id = 21"
	if _, err := conn.PgConn().Exec(t.Context(), before).ReadAll(); err != nil {
		t.Fatal(err)
	}
	names, err := postgres.Migrate(t.Context(), url)
	if want := []string{"00021_forms.sql"}; err != nil || !slices.Equal(names, want) {
		t.Errorf("applied %v, %v; want %v", names, err, want)
	}
}
