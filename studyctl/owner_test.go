package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"vmstudy/postgres"
	"vmstudy/postgres/embedded"
	"vmstudy/study"
	"vmstudy/studytest"
)

// openData returns a data directory that the database's user can reach.
func openData(t *testing.T) string {
	t.Helper()
	data, err := os.MkdirTemp("", "vmstudy-database-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(data) })
	if err := os.Chmod(data, 0o755); err != nil {
		t.Fatal(err)
	}
	return data
}

// oneDatabase returns the settings of two servers with a data directory each and one database.
func oneDatabase(t *testing.T) (first, second Config) {
	t.Helper()
	studytest.Need(t, "postgres")
	cluster, err := embedded.Start(t.Context(), embedded.Config{Dir: filepath.Join(openData(t), "pg"), Throwaway: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cluster.Stop(t.Context()) })
	url := cluster.URL("postgres")
	return Config{Data: t.TempDir(), DatabaseURL: url}, Config{Data: t.TempDir(), DatabaseURL: url}
}

func TestTwoServersNeverWorkOnOneDatabase(t *testing.T) {
	first, other := oneDatabase(t)
	err := withOwnDatabase(t.Context(), first, func(*postgres.DB, *postgres.Owner) error {
		err := withOwnDatabase(t.Context(), other, func(*postgres.DB, *postgres.Owner) error { return errors.New("it was let in") })
		say := study.Sentence(err)
		if !errors.Is(err, study.ErrConflict) || !strings.Contains(say, fmt.Sprintf("process %d", os.Getpid())) || !strings.Contains(say, "since") {
			t.Errorf("the second server: %v (%q), want a conflict that names the first", err, say)
		}
		// Commands that only read, or add something, work while a server runs.
		return withDatabase(t.Context(), other, func(db *postgres.DB) error { return db.SetPassword(t.Context(), "ada", "x") })
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := withOwnDatabase(t.Context(), other, func(*postgres.DB, *postgres.Owner) error { return nil }); err != nil {
		t.Errorf("once the first has left: %v", err)
	}
}

func TestADatabaseIsNotMigratedUnderAServer(t *testing.T) {
	first, other := oneDatabase(t)
	err := withOwnDatabase(t.Context(), first, func(*postgres.DB, *postgres.Owner) error {
		conn, err := pgx.Connect(t.Context(), first.DatabaseURL)
		if err != nil {
			return err
		}
		defer conn.Close(t.Context())
		// The database of an older server lacks the newest migration.
		_, err = conn.Exec(t.Context(), "DELETE FROM goose_db_version WHERE version_id = (SELECT max(version_id) FROM goose_db_version)")
		if err != nil {
			return err
		}
		err = withDatabase(t.Context(), other, func(*postgres.DB) error { return errors.New("it was let in") })
		if say := study.Sentence(err); !errors.Is(err, study.ErrConflict) || !strings.Contains(say, "this version's shape") || !strings.Contains(say, "process") {
			t.Errorf("a newer command: %v (%q), want a conflict that says what it needs and who is in the way", err, say)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestAServerDoesNotLiveOnADatabaseThatACommandRuns(t *testing.T) {
	studytest.Need(t, "postgres")
	c := Config{Data: openData(t)}
	err := withDatabase(t.Context(), c, func(*postgres.DB) error {
		err := withOwnDatabase(t.Context(), c, func(*postgres.DB, *postgres.Owner) error { return errors.New("it was let in") })
		if !errors.Is(err, study.ErrConflict) || !strings.Contains(study.Sentence(err), fmt.Sprintf("process %d", os.Getpid())) {
			t.Errorf("the server: %v, want a conflict that names the command's process", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestProxiesAreAddressesOrNetworks(t *testing.T) {
	for name, test := range map[string]struct {
		proxies, public, want string
	}{
		"none":                           {"", "", "[]"},
		"one before us on this computer": {"", "https://lab.example.org", "[127.0.0.0/8 ::1/128]"},
		"said, so not guessed":           {"10.0.0.7", "https://lab.example.org", "[10.0.0.7/32]"},
		"several":                        {" 10.0.0.7 , 192.0.2.9/24,2001:db8::1,", "", "[10.0.0.7/32 192.0.2.0/24 2001:db8::1/128]"},
	} {
		got, err := Config{Proxies: test.proxies, Public: test.public}.proxies()
		if fmt.Sprint(got) != test.want || err != nil {
			t.Errorf("%s: %v, %v, want %s", name, got, err, test.want)
		}
	}
	for _, nonsense := range []string{"lab.example.org", "10.0.0.7/40", "10.0.0.7:80"} {
		if _, err := (Config{Proxies: nonsense}).proxies(); !errors.Is(err, study.ErrInvalid) || !strings.Contains(study.Sentence(err), nonsense) {
			t.Errorf("%q: %v, want a refusal that names it", nonsense, err)
		}
	}
}
