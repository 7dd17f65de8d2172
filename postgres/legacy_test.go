package postgres_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vmstudy/analysis"
	"vmstudy/document"
	"vmstudy/postgres"
	"vmstudy/questionnaire"
	"vmstudy/study"
)

// oldDatabase returns a database as it was after 16 migrations, migrated to today's shape.
//
// In testdata/database-16 are the dump of that database (pg_dump --inserts), what the program of that time exported
// of its study, and the texts of its two versions.
func oldDatabase(t *testing.T) *postgres.DB {
	t.Helper()
	db, conn := openBeside(t)
	db.Close()
	dump, err := os.ReadFile("testdata/database-16/database.sql")
	must(t, err)
	_, err = conn.Exec(t.Context(), "DROP SCHEMA public CASCADE; CREATE SCHEMA public;"+string(dump))
	must(t, err)
	_, err = postgres.Migrate(t.Context(), conn.Config().ConnString())
	must(t, err)
	db, err = postgres.Open(t.Context(), conn.Config().ConnString())
	must(t, err)
	t.Cleanup(db.Close)
	return db
}

func TestAnOldDatabaseKeepsWhatWasPublished(t *testing.T) {
	db := oldDatabase(t)
	s, err := db.Study(t.Context(), 1)
	must(t, err)
	want, err := os.ReadFile("testdata/database-16/version2.txt")
	must(t, err)
	if v := s.Published; v == nil || v.Text != string(want) || v.Hash != document.HashOf(string(want)) {
		t.Errorf("the published version is %+v, want the text\n%s", v, want)
	}
	if s.Draft.Thanks.String() != "Changed since." || !s.Changed() {
		t.Errorf("the draft is %+v", s.Draft)
	}
	again, faults := document.Read([]byte(document.Write(s.Draft)))
	if diff := cmp.Diff(s.Draft, again); diff != "" || len(faults) > 0 {
		t.Errorf("the draft is another one in the new text: %v\n%s", faults, diff)
	}
	train := s.Published.Design.Networks[2].Network
	if p := train.Schedule.Phases; len(p) != 3 || p[0] != (study.Phase{From: 10e9, For: 2.5e9, Outage: true}) || p[1] != (study.Phase{From: 20e9, For: 5e9, Down: study.Mbps, RTT: 1e9}) {
		t.Errorf("the phases are %v", train.Schedule.Phases)
	}
	if _, err := db.Study(t.Context(), 2); err != nil {
		t.Errorf("a draft that is half done: %v", err)
	}
}

// Trials named their levels by themselves; now each refers to a condition of its version, and to that of the practice
// trial if it is one.
func TestAnOldDatabaseListsTheConditionsOfItsVersions(t *testing.T) {
	db := oldDatabase(t)
	versions, err := db.Versions(t.Context(), 1)
	must(t, err)
	for _, v := range versions {
		var want []string
		for _, c := range v.Design.Conditions() {
			want = append(want, c.Code())
		}
		got, err := db.ConditionCodes(t.Context(), v.ID)
		must(t, err)
		if diff := cmp.Diff(want, got); diff != "" || len(want) == 0 {
			t.Errorf("conditions of version %d (-design +table):\n%s", v.Number, diff)
		}
	}
	for _, s := range openSessions(t, db) {
		for _, trial := range s.Trials {
			if practice, _ := s.Version.Design.PracticeCondition(); trial.Practice() && !cmp.Equal(trial.Condition, practice) {
				t.Errorf("the practice trial of %s has the condition %+v, want %+v", s.Participant.Code, trial.Condition, practice)
			}
		}
	}
}

func TestAnOldDatabaseExportsTheSameRows(t *testing.T) {
	db := oldDatabase(t)
	var out bytes.Buffer
	must(t, analysis.Export(t.Context(), db.Source(), analysis.Filter{Study: 1, Pilots: true}, questionnaire.Named(), &out))
	z, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	must(t, err)
	for _, name := range []string{"participants", "sessions", "trials", "responses", "interactions", "events", "batches", "pages", "network", "recordings"} {
		r, err := z.Open(analysis.DataFile(name))
		must(t, err)
		got, err := csv.NewReader(r).ReadAll()
		must(t, err)
		old, err := os.ReadFile(filepath.Join("testdata/database-16/export", name+".csv"))
		must(t, err)
		want, err := csv.NewReader(bytes.NewReader(old)).ReadAll()
		must(t, err)
		if i := slices.Index(want[0], "clock_zero_us"); i >= 0 { // clock_zero_at has it
			for row := range want {
				want[row] = slices.Delete(want[row], i, i+1)
			}
		}
		got = chosen(got, want[0])
		for i := range want {
			if i < len(got) {
				want[i] = asWrittenToday(want[i], got[i])
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-then +now):\n%s", name, diff)
		}
	}
}

// chosen returns the named columns of a table.
func chosen(table [][]string, names []string) (all [][]string) {
	for _, row := range table {
		var some []string
		for _, name := range names {
			if i := slices.Index(table[0], name); i >= 0 {
				some = append(some, row[i])
			}
		}
		all = append(all, some)
	}
	return all
}
