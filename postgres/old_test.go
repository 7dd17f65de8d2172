package postgres_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"vmstudy/analysis"
	"vmstudy/postgres"
	"vmstudy/postgres/embedded/pgtest"
	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/studytest"
)

// old is a database that an earlier program has left, with what that program exported of it; see
// testdata/README.md.
const old = "testdata/shape16"

// openOld brings the old database to today's shape and opens it.
func openOld(t *testing.T) *postgres.DB {
	t.Helper()
	dump, err := os.ReadFile(filepath.Join(old, "dump.sql"))
	if err != nil {
		t.Fatal(err)
	}
	url := pgtest.DB(t)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	load := "DROP SCHEMA public CASCADE; CREATE SCHEMA public; " + string(dump)
	if _, err := conn.PgConn().Exec(t.Context(), load).ReadAll(); err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := postgres.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	db, err := postgres.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}

// Columns may be added and moved; each that was there is there still, with the same values.
func TestAnOldDatabaseExportsWhatItExportedThen(t *testing.T) {
	db := openOld(t)
	studies, err := db.Studies(t.Context())
	if err != nil || len(studies) != 1 {
		t.Fatalf("%d studies, %v; want 1", len(studies), err)
	}
	var out bytes.Buffer
	if err := analysis.Export(t.Context(), db.Source(), analysis.Filter{Study: studies[0].ID, Pilots: true}, questionnaire.Named(), &out); err != nil {
		t.Fatal(err)
	}
	now, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	then := os.DirFS(old)
	files, err := fs.Glob(then, "*.csv")
	if err != nil || len(files) < 10 {
		t.Fatalf("the old export has the files %v, %v", files, err)
	}
	for _, name := range files {
		was, is := columnsOf(t, then.Open, name), columnsOf(t, now.Open, analysis.DataFile(strings.TrimSuffix(name, ".csv")))
		for column, values := range was {
			if column == "clock_zero_us" {
				continue // clock_zero_at has it
			}
			if diff := cmp.Diff(asWrittenToday(values, is[column]), is[column]); diff != "" {
				t.Errorf("%s %s (-then +now):\n%s", name, column, diff)
			}
		}
	}
}

// Sessions had their sequences for good when they started. Those that finished count, those that were
// left long ago do not, and both versions fill the same places.
func TestAnOldDatabaseKeepsItsSequences(t *testing.T) {
	db := openOld(t)
	studies, err := db.Studies(t.Context())
	must(t, err)
	roster, err := db.Roster(t.Context(), studies[0].Published.ID)
	must(t, err)
	noon := studytest.Noon
	for at, want := range map[time.Time]map[int]study.PlaceState{
		noon.Add(6 * time.Hour):  {2: study.PlaceFinished, 4: study.PlaceActive, 9: study.PlaceActive, 7: study.PlaceFinished},
		noon.Add(48 * time.Hour): {2: study.PlaceFinished, 4: study.PlaceDropped, 9: study.PlaceDropped, 7: study.PlaceFinished},
	} {
		got := map[int]study.PlaceState{}
		for _, a := range roster.Taken {
			if !a.Pilot {
				got[a.Place.Number()] = a.State(at)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("places at %v (-want +got):\n%s", at, diff)
		}
	}
	var reader study.Session
	for _, x := range openSessions(t, db) {
		if x.Participant.Code == "P003" {
			reader = x
		}
	}
	must(t, db.RecordConsent(t.Context(), reader.ID, false, noon.Add(48*time.Hour)))
	if _, err := db.TakeSeat(t.Context(), reader.ID, noon.Add(48*time.Hour)); err != nil {
		t.Fatal(err)
	}
	x, err := db.Session(t.Context(), reader.ID)
	must(t, err)
	if x.Assignment.Place != reader.Assignment.Place || len(x.Trials) != len(reader.Trials) || !x.Assignment.Counts(noon.Add(48*time.Hour)) {
		t.Errorf("who read the consent page then has place %+v and %d trials now, want %+v and %d", x.Assignment, len(x.Trials), reader.Assignment, len(reader.Trials))
	}
}

func openSessions(t *testing.T, db *postgres.DB) []study.Session {
	t.Helper()
	all, err := db.OpenSessions(t.Context(), studytest.Noon, studytest.Noon)
	must(t, err)
	return all
}

// asWrittenToday returns cells of an old export as they are written today: what was an empty cell then is told apart, R knows the booleans,
// and no program takes a seed for a number. now are today's cells, by which it chooses among the ways to write what was empty.
func asWrittenToday(then, now []string) (cells []string) {
	for i, cell := range then {
		var same []string
		switch cell {
		case "true", "false":
			same = []string{strings.ToUpper(cell)}
		case "":
			same = []string{"NA", "Inf", "0"}
		default:
			same = []string{"seed:" + cell}
		}
		if i < len(now) && slices.Contains(same, now[i]) {
			cell = now[i]
		}
		cells = append(cells, cell)
	}
	return cells
}

// columnsOf returns the columns of a CSV file by name.
func columnsOf[File io.ReadCloser](t *testing.T, open func(string) (File, error), name string) map[string][]string {
	t.Helper()
	f, err := open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil || len(records) == 0 {
		t.Fatalf("%s: %d lines, %v", name, len(records), err)
	}
	columns := map[string][]string{}
	for i, column := range records[0] {
		for _, row := range records[1:] {
			columns[column] = append(columns[column], row[i])
		}
	}
	return columns
}
