package postgres_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"vmstudy/postgres"
	"vmstudy/postgres/embedded/pgtest"
	"vmstudy/study"
)

// These statements look at an owner's lock from outside.
const (
	lockIsHeld = `SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = x'766d7374'::int AND objid = 1
		AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
	endHolder = `SELECT pg_terminate_backend(l.pid) FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.classid = x'766d7374'::int
		AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`
)

func own(t *testing.T, url, name string) *postgres.Owner {
	t.Helper()
	o, err := postgres.Own(t.Context(), url, name)
	must(t, err)
	t.Cleanup(o.Close)
	return o
}

func connectTo(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func TestASecondServerIsToldWhoOwnsTheDatabase(t *testing.T) {
	url := pgtest.DB(t)
	first := own(t, url, "lab7, process 4711")
	_, err := postgres.Own(t.Context(), url, "lab8, process 1")
	if !errors.Is(err, study.ErrConflict) {
		t.Fatalf("the second: %v, want a conflict", err)
	}
	say := study.Sentence(err)
	for _, part := range []string{"the server on lab7, process 4711", "since 20", "UTC"} {
		if !strings.Contains(say, part) {
			t.Errorf("it is told %q, want %q in it", say, part)
		}
	}
	if !first.Held() {
		t.Error("the first does not own the database any more")
	}
	own(t, pgtest.DB(t), "lab8, process 1") // the lock of one database does not lock another
}

func TestADatabaseThatWasGivenBackCanBeOwned(t *testing.T) {
	url := pgtest.DB(t)
	first, err := postgres.Own(t.Context(), url, "a")
	must(t, err)
	first.Close()
	if first.Held() {
		t.Error("it owns what it has given back")
	}
	own(t, url, "b")
}

func TestALongNameIsCut(t *testing.T) {
	url := pgtest.DB(t)
	own(t, url, strings.Repeat("long", 40))
	_, err := postgres.Own(t.Context(), url, "b")
	if say := study.Sentence(err); !strings.Contains(say, "longlong") {
		t.Errorf("the second is told %q (%v), want the beginning of the name", say, err)
	}
}

// keep runs Keep until the test ends. The channels report each loss of the lock, and how Keep
// ended.
func keep(t *testing.T, o *postgres.Owner) (lost, ended chan error) {
	t.Helper()
	lost, ended = make(chan error, 1), make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	over := make(chan struct{})
	go func() {
		defer close(over)
		ended <- o.Keep(ctx, func(err error) { lost <- err })
	}()
	t.Cleanup(func() {
		cancel()
		<-over
	})
	return lost, ended
}

func TestALostLockIsTakenAgain(t *testing.T) {
	url := pgtest.DB(t)
	o := own(t, url, "a")
	lost, ended := keep(t, o)
	beside := connectTo(t, url)
	_, err := beside.Exec(t.Context(), endHolder)
	must(t, err)
	if err := <-lost; err == nil {
		t.Error("it lost the lock for no reason, want one")
	}
	// The test must only look at the lock: a connection that waited for it in the database would
	// get it.
	held := 0
	for held == 0 {
		must(t, beside.QueryRow(t.Context(), lockIsHeld).Scan(&held))
	}
	for !o.Held() { // set a moment after the lock has been taken
		must(t, beside.Ping(t.Context()))
	}
	select {
	case err := <-ended:
		t.Errorf("keeping ended with %v, want it to go on", err)
	default:
	}
}

func TestTheDatabaseStaysOwnedUntilItIsGivenBack(t *testing.T) {
	url := pgtest.DB(t)
	o := own(t, url, "a")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- o.Keep(ctx, func(err error) { t.Errorf("it lost the lock: %v", err) }) }()
	cancel() // as at the beginning of a shutdown, when attempts in flight are still to be recorded
	if err := <-ended; err != nil {
		t.Errorf("keeping ended with %v", err)
	}
	held := 0
	must(t, connectTo(t, url).QueryRow(t.Context(), lockIsHeld).Scan(&held))
	if held != 1 || !o.Held() {
		t.Errorf("%d locks are held (%v), want the one still", held, o.Held())
	}
}

func TestWhoLosesTheDatabaseToAnotherServerHasToStop(t *testing.T) {
	for what, name := range map[string]string{
		"one with another name":       "faster",
		"one that is called as it is": "slow",
	} {
		t.Run(what, func(t *testing.T) { loseTo(t, name) })
	}
}

// loseTo has the server "slow" lose its database to a server with this name.
func loseTo(t *testing.T, name string) {
	url := pgtest.DB(t)
	o := own(t, url, "slow")
	lost, ended := keep(t, o)
	waiting := make(chan error, 1)
	faster := connectTo(t, url+"&application_name=vmstudy%20server%20on%20"+name)
	pid := faster.PgConn().PID()
	go func() { // waits in the database's own queue, and so gets the lock before Keep does
		_, err := faster.Exec(t.Context(), "SELECT pg_advisory_lock(x'766d7374'::int, 1)")
		waiting <- err
	}()
	beside := connectTo(t, url)
	for queued := false; !queued; {
		must(t, beside.QueryRow(t.Context(), "SELECT EXISTS (SELECT FROM pg_locks WHERE pid = $1 AND NOT granted)", pid).Scan(&queued))
	}
	_, err := beside.Exec(t.Context(), endHolder)
	must(t, err)
	must(t, <-waiting)
	<-lost
	err = <-ended
	if !errors.Is(err, study.ErrConflict) || !strings.Contains(study.Sentence(err), "the server on "+name) {
		t.Errorf("keeping ended with %v (%q), want a conflict that names the other", err, study.Sentence(err))
	}
	if o.Held() {
		t.Error("it believes that it owns the database still")
	}
}

func TestADatabaseOfANewerProgramIsRefusedUntouched(t *testing.T) {
	url := pgtest.DB(t)
	conn := connectTo(t, url)
	_, err := conn.Exec(t.Context(), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)")
	must(t, err)
	const state = "SELECT string_agg(version_id::text, ' ' ORDER BY id) FROM goose_db_version"
	var before, after string
	must(t, conn.QueryRow(t.Context(), state).Scan(&before))
	for what, err := range map[string]error{
		"Migrate": second(postgres.Migrate(t.Context(), url)),
		"Behind":  second(postgres.Behind(t.Context(), url)),
	} {
		say := study.Sentence(err)
		if !errors.Is(err, study.ErrConflict) || !strings.Contains(say, "99999") || !strings.Contains(say, "newer studyctl") {
			t.Errorf("%s: %v (%q), want a conflict that says so", what, err, say)
		}
	}
	must(t, conn.QueryRow(t.Context(), state).Scan(&after))
	if before != after {
		t.Errorf("its steps were %s and are %s, want them untouched", before, after)
	}
}

func second[T any](_ T, err error) error { return err }

func TestBehindTellsWhetherThereIsSomethingToDo(t *testing.T) {
	url := pgtest.DB(t)
	if behind, err := postgres.Behind(t.Context(), url); behind || err != nil {
		t.Errorf("a migrated database is behind: %v, %v; want false", behind, err)
	}
	_, err := connectTo(t, url).Exec(t.Context(), "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
	must(t, err)
	if behind, err := postgres.Behind(t.Context(), url); !behind || err != nil {
		t.Errorf("an empty database is behind: %v, %v; want true", behind, err)
	}
}
