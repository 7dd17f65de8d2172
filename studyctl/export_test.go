package main

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"vmstudy/postgres"
	"vmstudy/studytest"
)

func TestTheVersionThatOnlyAPilotHasSeenIsNotTheOneWhoseDataCount(t *testing.T) {
	studytest.Need(t, "postgres")
	data := t.TempDir()
	for _, dir := range []string{data, filepath.Dir(data)} { // the database is another user's
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	err := withDatabase(t.Context(), Config{Data: data}, func(db *postgres.DB) error {
		ctx := t.Context()
		openedAttempt(t, db) // of a participant of the first version
		studies, err := db.Studies(ctx)
		if err != nil {
			return err
		}
		first := studies[0].Published
		next := studytest.OneTrial()
		next.TrialLimit *= 2
		if err := studytest.Redraft(ctx, db, first.Study, next); err != nil {
			return err
		}
		if _, err := db.Publish(ctx, first.Study, 0, studytest.Noon.Add(time.Hour)); err != nil {
			return err
		}
		pilots, err := db.AddParticipants(ctx, first.Study, true, []string{"pilot"}, studytest.Noon)
		if err != nil {
			return err
		}
		s, err := db.StartSession(ctx, pilots[0].ID, studytest.Noon.Add(2*time.Hour))
		if err != nil {
			return err
		}
		if err := db.RecordConsent(ctx, s, false, studytest.Noon.Add(2*time.Hour)); err != nil {
			return err
		}
		for _, withPilots := range []bool{false, true} {
			f, err := exportCmd{Study: int64(first.Study), Pilots: withPilots}.filter(ctx, db)
			if err != nil {
				return err
			}
			if !slices.Equal(f.Versions, []string{first.Hash}) {
				t.Errorf("pilots %v: the data of %v count, want those of %s", withPilots, f.Versions, first.Hash)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
