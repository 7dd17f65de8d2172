package postgres_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"vmstudy/analysis"
	"vmstudy/document"
	"vmstudy/postgres"
	"vmstudy/postgres/embedded/pgtest"
	"vmstudy/study"
	"vmstudy/studytest"
)

// openBeside returns a DB, and a connection to the same database for statements that no method of
// DB runs.
func openBeside(t testing.TB) (*postgres.DB, *pgx.Conn) {
	t.Helper()
	url := pgtest.DB(t)
	db, err := postgres.Open(t.Context(), url)
	must(t, err)
	t.Cleanup(db.Close)
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	t.Cleanup(func() { conn.Close(t.Context()) })
	return db, conn
}

func countInteractions(t *testing.T, db *postgres.DB) int {
	t.Helper()
	studies, err := db.Studies(t.Context())
	must(t, err)
	n := 0
	for _, s := range studies {
		for _, err := range db.Source().Interactions(t.Context(), analysis.Filter{Study: s.ID, Pilots: true}) {
			must(t, err)
			n++
		}
	}
	return n
}

func TestMeasurementsAreAppendOnly(t *testing.T) {
	db, conn := openBeside(t)
	a := attempt(t, db)
	must(t, db.SaveBatch(t.Context(), batchFrom(a, 1)))
	for table, column := range map[string]string{
		"interaction": "bytes = 0", "rating": "at = now()", "answer": "value = ''",
		"batch": "count = 0", "event": "at = now()", "transition": "at = now()", "version": "number = 7", "condition": "code = 'vnc'",
	} {
		for _, sql := range []string{"UPDATE " + table + " SET " + column, "DELETE FROM " + table, "TRUNCATE " + table + " CASCADE"} {
			if _, err := conn.Exec(t.Context(), sql); err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s: got error %v, want append-only", sql, err)
			}
		}
	}
	if _, err := conn.Exec(t.Context(), "DELETE FROM attempt"); err == nil {
		t.Error("DELETE FROM attempt: it was done, want it refused: interactions belong to it")
	}
}

func TestAnAlteredVersionIsNoticed(t *testing.T) {
	db, conn := openBeside(t)
	attempt(t, db)
	const alter = `
		ALTER TABLE version DISABLE TRIGGER version_append_only;
		UPDATE version SET text = replace(text, 'limit_s: 60', 'limit_s: 61')`
	if _, err := conn.Exec(t.Context(), alter); err == nil {
		t.Error("the database itself took another text beside the published hash")
	}
	_, err := conn.Exec(t.Context(), "ALTER TABLE version DROP CONSTRAINT version_has_hash;"+alter)
	must(t, err)
	for name, read := range map[string]func() error{
		"studies": func() error { _, err := db.Studies(t.Context()); return err },
		"session": func() error { _, err := db.Session(t.Context(), 1); return err },
		"export": func() (last error) {
			for _, err := range db.Source().Sessions(t.Context(), analysis.Filter{Study: 1}) {
				last = err
			}
			return last
		},
	} {
		if err := read(); err == nil || !strings.Contains(err.Error(), document.Hash(studytest.OneTrial())) {
			t.Errorf("%s: got %v, want an error that names the published hash", name, err)
		}
	}
}

func TestTransitionsAreRecordedWithBothClocks(t *testing.T) {
	db, conn := openBeside(t)
	a := study.Attempt{ID: attempt(t, db), State: study.Running}
	must(t, db.RecordAttempt(t.Context(), a, studytest.Noon.Add(2*time.Second), 2*time.Second+1))
	must(t, db.RecordAttempt(t.Context(), a, studytest.Noon.Add(3*time.Second), 3*time.Second)) // the same state: no transition
	_, err := db.InterruptAttempts(t.Context(), studytest.Noon.Add(time.Hour), "the server stopped")
	must(t, err)
	type transition struct {
		State     string
		At        time.Time
		Monotonic *int64
	}
	rows, _ := conn.Query(t.Context(), "SELECT state, at, monotonic_ns FROM transition ORDER BY id")
	got, err := pgx.CollectRows(rows, pgx.RowToStructByPos[transition])
	must(t, err)
	opened, ran := int64(0), int64(2_000_000_001)
	want := []transition{
		{"preparing", studytest.Noon, &opened},
		{"running", studytest.Noon.Add(2 * time.Second), &ran},
		{"interrupted", studytest.Noon.Add(time.Hour), nil},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("transitions (-want +got):\n%s", diff)
	}
}

func TestTextThatCannotBeStoredIsRefused(t *testing.T) {
	db := open(t)
	a := attempt(t, db)
	nul := studytest.OneTrial()
	nul.Consent = study.Plain("before\x00after")
	_, inDraft := db.CreateStudy(t.Context(), 0, nul, studytest.Noon)
	for name, err := range map[string]error{
		"a draft":   inDraft,
		"an answer": db.RecordRating(t.Context(), 1, 0, study.Rating{Instrument: "about", Answers: []study.Answer{{Item: "age", Value: "\x00"}}}),
		"a cause":   db.RecordAttempt(t.Context(), study.Attempt{ID: a, State: study.Failed, Cause: "\x00"}, studytest.Noon, 0),
		"not UTF-8": db.RecordRating(t.Context(), 1, 0, study.Rating{Instrument: "about", Answers: []study.Answer{{Item: "age", Value: "\xff"}}}),
	} {
		if !errors.Is(err, study.ErrInvalid) || study.Sentence(err) == "" {
			t.Errorf("%s: got %v, want ErrInvalid with a sentence", name, err)
		}
	}
}

func TestMigrateTellsItsSteps(t *testing.T) {
	again, err := postgres.Migrate(t.Context(), pgtest.DB(t)) // the test's database has every migration already
	must(t, err)
	if len(again) != 0 {
		t.Errorf("a migrated database took the steps %q, want none", again)
	}
	db, conn := openBeside(t)
	db.Close()
	_, err = conn.Exec(t.Context(), "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
	must(t, err)
	steps, err := postgres.Migrate(t.Context(), conn.Config().ConnString())
	must(t, err)
	if len(steps) == 0 || steps[0] != "00001_accounts.sql" {
		t.Errorf("an empty database took the steps %q, want 00001_accounts.sql and more", steps)
	}
}
