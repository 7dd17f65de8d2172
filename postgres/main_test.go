package postgres_test

import (
	"context"
	"testing"

	"vmstudy/analysis"
	"vmstudy/postgres"
	"vmstudy/postgres/embedded/pgtest"
	"vmstudy/studytest"
)

func TestMain(m *testing.M) {
	pgtest.Main(m, func(ctx context.Context, url string) error {
		_, err := postgres.Migrate(ctx, url)
		return err
	})
}

// open returns a handle on a fresh, migrated database.
func open(t testing.TB) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), pgtest.DB(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

func TestDatabaseKeepsItsPromises(t *testing.T) {
	studytest.TestStore(t, func(t *testing.T) (studytest.Keeper, analysis.Source) {
		db := open(t)
		return db, db.Source()
	})
}
