package main

import (
	"archive/zip"
	"encoding/csv"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vmstudy/postgres"
	"vmstudy/study"
	"vmstudy/study/audit"
	"vmstudy/studytest"
)

// rowsOf returns how many rows a file of an export has.
func rowsOf(t *testing.T, export, name string) int {
	t.Helper()
	z, err := zip.OpenReader(export)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	f, err := z.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return len(rows) - 1
}

func TestSimulatedParticipantsComeAndGo(t *testing.T) {
	studytest.Need(t, "postgres")
	data, dir := openData(t), t.TempDir()
	onData := func(do func(*postgres.DB)) {
		t.Helper()
		if err := withDatabase(t.Context(), Config{Data: data}, func(db *postgres.DB) error { do(db); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	onData(func(db *postgres.DB) {
		id, err := db.CreateStudy(t.Context(), 0, studytest.Design(), time.Now())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := command(t, "simulate", "1", "--data", data); !strings.Contains(study.Sentence(err), "publish it") {
			t.Errorf("simulate in a study that nobody has published: %v", err)
		}
		if _, err := db.Publish(t.Context(), id, 0, time.Now()); err != nil {
			t.Fatal(err)
		}
	})
	said, err := command(t, "simulate", "1", "-n", "3", "--seed", "11", "--data", data)
	if err != nil || !strings.Contains(said, "3 simulated participants in study 1, seed 11") || !strings.Contains(said, "Assumed:") {
		t.Fatalf("simulate said %q, %v", said, err)
	}
	export := func(name string, more ...string) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if _, err := command(t, append([]string{"export", "1", path, "--data", data}, more...)...); err != nil {
			t.Fatal(err)
		}
		return path
	}
	people, made := export("people.zip"), export("made.zip", "--simulated")
	if n := rowsOf(t, people, "data/description-participants_data.csv"); n != 0 {
		t.Errorf("the export about people has %d simulated ones", n)
	}
	if n := rowsOf(t, made, "data/description-interactions_data.csv"); n < 100 {
		t.Errorf("the export about simulated participants has %d inputs", n)
	}
	said, err = command(t, "simulate", "1", "--remove", "--data", data)
	if err != nil || !strings.Contains(said, "3 simulated participants removed") {
		t.Fatalf("simulate --remove said %q, %v", said, err)
	}
	if n := rowsOf(t, export("gone.zip", "--simulated"), "data/description-participants_data.csv"); n != 0 {
		t.Errorf("%d simulated participants are left", n)
	}
	onData(func(db *postgres.DB) {
		entries, err := db.Entries(t.Context(), audit.Filter{About: "study 1", Most: 100})
		var told []string
		for _, e := range entries {
			if e.About == "study 1" && strings.Contains(e.Action, "simulate") {
				told = append(told, e.Action+": "+e.Why)
			}
		}
		if err != nil || len(told) != 2 || !strings.Contains(strings.Join(told, "\n"), "3 participants, seed 11") {
			t.Errorf("the audit says %q, %v", told, err)
		}
	})
}
