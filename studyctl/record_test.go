package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vmstudy/postgres"
	"vmstudy/record"
	"vmstudy/study"
	"vmstudy/studyctl/cli"
	"vmstudy/studytest"
)

// recordedData returns a data directory with one recording, and the number of its trial.
func recordedData(t *testing.T, shoot func(*record.Writer) error) (data string, trial study.TrialID, path string) {
	t.Helper()
	studytest.Need(t, "postgres")
	data = t.TempDir()
	for _, dir := range []string{data, filepath.Dir(data)} { // the database is another user's
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	c := Config{Data: data}
	err := withRecordings(t.Context(), c, func(r recordings) error {
		trial, path = storeRecording(t, r, shoot)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return data, trial, path
}

func storeRecording(t *testing.T, r recordings, shoot func(*record.Writer) error) (study.TrialID, string) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	a := openedAttempt(t, r.db)
	must(r.db.BeginRecording(t.Context(), a.ID, studytest.Noon))
	f, err := os.Create(r.library.Path(a.ID))
	must(err)
	w, err := record.NewWriter(f, record.Header{Attempt: a.ID, Began: studytest.Noon})
	must(err)
	must(shoot(w))
	must(w.Close())
	_, err = f.Seek(0, 0)
	must(err)
	s, err := record.Examine(f)
	must(err)
	must(f.Close())
	must(r.db.EndRecording(t.Context(), study.Recording{
		Attempt: a.ID, Duration: s.Duration, Segments: s.Segments, Bytes: s.Bytes, SHA256: s.SHA256, Ended: study.RecordedWhole,
	}))
	return a.Trial, r.library.Path(a.ID)
}

func openedAttempt(t *testing.T, db *postgres.DB) study.Attempt {
	t.Helper()
	ctx := t.Context()
	id, err := db.CreateStudy(ctx, 0, studytest.OneTrial(), studytest.Noon)
	if err == nil {
		_, err = db.Publish(ctx, id, 0, studytest.Noon)
	}
	var a study.Attempt
	if err == nil {
		var people []study.Participant
		if people, err = db.AddParticipants(ctx, id, false, []string{"link"}, studytest.Noon); err == nil {
			var session study.SessionID
			if session, err = db.StartSession(ctx, people[0].ID, studytest.Noon); err == nil {
				var x study.Session
				if err = db.RecordConsent(ctx, session, false, studytest.Noon); err != nil {
					t.Fatal(err)
				}
				if x, err = db.Session(ctx, session); err == nil {
					a, err = db.OpenAttempt(ctx, study.Attempt{Trial: x.Trials[0].ID, AskedAt: studytest.Noon})
				}
			}
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestRecordingsAreListedVerifiedAndExported(t *testing.T) {
	data, _, path := recordedData(t, flashes)
	record := func(args ...string) (string, error) {
		return command(t, append(append([]string{"record"}, args...), "--data", data)...)
	}
	if out, err := record("list"); err != nil || !strings.Contains(out, "trial_ended") || !strings.Contains(out, "3s") {
		t.Errorf("list prints %q (%v)", out, err)
	}
	if out, err := record("verify"); err != nil || !strings.Contains(out, "1 as they were written, 0 not") {
		t.Errorf("verify prints %q (%v)", out, err)
	}
	stray := filepath.Join(filepath.Dir(path), "77.fbs.zst")
	if err := os.WriteFile(stray, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := record("verify"); err == nil || !strings.Contains(out, `"77.fbs.zst": it belongs to no recording`) {
		t.Errorf("verify with a file of no recording prints %q (%v)", out, err)
	}
	if err := os.Remove(stray); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "out.fbs")
	if _, err := record("export", "1", file); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(file)
	if most := 4 * 161 * 120 * 4; err != nil || !strings.HasPrefix(string(raw), "FBS 001.000\n") || len(raw) < 3*most/4 || len(raw) > most {
		t.Errorf("the export has %d bytes and begins with %q (%v)", len(raw), raw[:min(len(raw), 16)], err)
	}
	if _, err := record("export", "1", file+".small", "--hextile", "--segment", "1"); err != nil {
		t.Fatal(err)
	}
	if small, err := os.ReadFile(file + ".small"); err != nil || len(small) > len(raw)/10 {
		t.Errorf("in Hextile the export has %d bytes of %d (%v)", len(small), len(raw), err)
	}
	for say, args := range map[string][]string{
		"is there already": {"export", "1", file},
		"has no recording": {"export", "2", file + "2"},
		"no segment 2":     {"export", "1", file + "3", "--segment", "2"},
		"numbered from 1":  {"export", "0", file + "4"},
	} {
		if _, err := record(args...); err == nil || !strings.Contains(cli.Explain(err), say) {
			t.Errorf("%v: %v, want %q", args, err, say)
		}
	}
	if _, err := os.Stat(file + "3"); err == nil {
		t.Error("an export that failed left a file")
	}

	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := record("verify"); err == nil || !strings.Contains(out, "0 as they were written, 1 not") {
		t.Errorf("verify of a damaged file prints %q (%v)", out, err)
	}
}

func TestARecordingThatCameToNothingIsNotDamaged(t *testing.T) {
	studytest.Need(t, "postgres")
	data := t.TempDir()
	for _, dir := range []string{data, filepath.Dir(data)} { // the database is another user's
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	var path string
	err := withRecordings(t.Context(), Config{Data: data}, func(r recordings) error {
		a := openedAttempt(t, r.db)
		path = r.library.Path(a.ID)
		if err := r.db.BeginRecording(t.Context(), a.ID, studytest.Noon); err != nil {
			return err
		}
		_, err := r.library.Recover(t.Context()) // as if the server was killed before there was a file
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, make := range map[string]func() error{
		"without a file":     func() error { return os.RemoveAll(path) },
		"with an empty file": func() error { return os.WriteFile(path, nil, 0o600) },
	} {
		if err := make(); err != nil {
			t.Fatal(err)
		}
		if out, err := command(t, "record", "verify", "--data", data); err != nil || !strings.Contains(out, "1 as they were written, 0 not") {
			t.Errorf("%s: verify prints %q (%v)", name, out, err)
		}
	}
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := command(t, "record", "verify", "--data", data); err == nil {
		t.Errorf("with a file that has something: verify prints %q, want it to fail", out)
	}
}
