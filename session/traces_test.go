package session

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vmstudy/stream/forecast"
	"vmstudy/stream/wire"
	"vmstudy/study"
)

func oneAccess(index uint32) forecast.Trace {
	return forecast.Trace{Content: "x", Accesses: []forecast.Access{{Chunk: wire.Chunk{Index: index}}}}
}

func TestStreamsLearnFromTheLatestRehearsalsOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "study[2026]") // as a glob pattern it would not match itself
	if none, err := readTraces(dir, "a"); err != nil || none != nil {
		t.Errorf("an appliance without traces: %v, %v", none, err)
	}
	for _, traces := range []map[string]forecast.Trace{
		{"a": oneAccess(1), "gone": oneAccess(2)},
		{"b": oneAccess(4), "a": oneAccess(3)},
	} {
		if err := keepRehearsals(dir, traces); err != nil {
			t.Fatal(err)
		}
	}
	got, err := readTraces(dir, "a")
	other := oneAccess(4)
	other.Unlike = true
	if diff := cmp.Diff([]forecast.Trace{oneAccess(3), other}, got); err != nil || diff != "" {
		t.Errorf("readTraces: %v\n%s", err, diff)
	}
}

func TestARehearsalIsOfTheTaskWithWhoseNameItBegins(t *testing.T) {
	for file, want := range map[string]bool{
		"rehearsal-type.trace": true, "rehearsal-type-slowly.trace": true,
		"rehearsal-typeset.trace": false, "rehearsal-paint.trace": false,
	} {
		if got := rehearses(file, "type"); got != want {
			t.Errorf("%s is of the task type: %v, want %v", file, got, want)
		}
	}
}

func TestATraceThatNothingLearnsFromIsNamed(t *testing.T) {
	dir := t.TempDir()
	if none, err := UnusedTraces(dir); err != nil || none != nil {
		t.Errorf("an appliance without traces: %v, %v", none, err)
	}
	if err := keepRehearsals(dir, map[string]forecast.Trace{"a": oneAccess(1)}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, tracesDir, "session-20260101T120000-000000.trace"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := UnusedTraces(dir); err != nil || len(got) != 1 || !strings.Contains(got[0], "Rename it to that") {
		t.Errorf("named are %q, %v; want the session's alone", got, err)
	}
}

func TestADamagedRehearsalIsNamed(t *testing.T) {
	dir := t.TempDir()
	if err := keepRehearsals(dir, map[string]forecast.Trace{"a": oneAccess(1)}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, tracesDir, "rehearsal-a.trace")
	if err := os.WriteFile(path, []byte("?"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := readTraces(dir, "a"); err == nil {
		t.Error("a damaged trace was read")
	}
}

func TestOnlyTheNewestSessionsAreKept(t *testing.T) {
	dir, ended := filepath.Join(t.TempDir(), "study[2026]"), time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	for i := range keptSessions + 3 {
		if err := keepSession(dir, study.AttemptID(i), ended.Add(time.Duration(i)*time.Second), oneAccess(uint32(i))); err != nil {
			t.Fatal(err)
		}
	}
	if err := keepSession(dir, 1, ended, forecast.Trace{Content: "x"}); err != nil {
		t.Error(err)
	}
	kept, err := traceFiles(filepath.Join(dir, "x"), sessionPrefix)
	if err != nil || len(kept) != keptSessions {
		t.Fatalf("%d kept, %v; want %d", len(kept), err, keptSessions)
	}
	if first, err := readTrace(kept[0]); err != nil || first.Accesses[0].Index != 3 {
		t.Errorf("the oldest kept is %v, %v; want the fourth", first, err)
	}
}

func TestTracesOfOneAttemptAreRemoved(t *testing.T) {
	dir, ended := filepath.Join(t.TempDir(), "study[2026]"), time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	if err := RemoveTraces(dir, 1); err != nil {
		t.Errorf("before there is any: %v", err)
	}
	for _, a := range []study.AttemptID{1, 11, 111} {
		if err := keepSession(dir, a, ended, oneAccess(1)); err != nil {
			t.Fatal(err)
		}
	}
	if err := RemoveTraces(dir, 11); err != nil {
		t.Fatal(err)
	}
	kept, err := traceFiles(filepath.Join(dir, "x"), sessionPrefix)
	if err != nil || len(kept) != 2 || !strings.HasSuffix(kept[0], "-attempt1.trace") || !strings.HasSuffix(kept[1], "-attempt111.trace") {
		t.Errorf("%v are left (error %v), want those of attempts 1 and 111", kept, err)
	}
}
