package postgres

import (
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"vmstudy/postgres/embedded/pgtest"
	"vmstudy/study"
)

func TestNobodyWaitsForAConnectionWithoutEnd(t *testing.T) {
	config, err := pgxpool.ParseConfig(pgtest.DB(t))
	if err != nil {
		t.Fatal(err)
	}
	config.MaxConns = 1
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	const limit = 50 * time.Millisecond
	taken, err := acquire(t.Context(), pool, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	_, err = acquire(t.Context(), pool, limit)
	if !errors.Is(err, ErrUnavailable) || study.Sentence(err) == "" {
		t.Errorf("with every connection taken: %v, want ErrUnavailable with a sentence", err)
	}
	if away(err) {
		t.Error("it counts as a server that is away, so the wait would begin anew")
	}
	taken.Release()
	again, err := acquire(t.Context(), pool, time.Minute)
	if err != nil {
		t.Fatalf("with a free connection: %v", err)
	}
	again.Release()
}
