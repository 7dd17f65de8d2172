package session

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"vmstudy/stream/forecast"
	"vmstudy/study"
)

func TestTheFilesOfRehearsalsAreNamedByTheirContent(t *testing.T) {
	dir := t.TempDir()
	if none, err := rehearsalFiles(dir); err != nil || none != nil {
		t.Errorf("an appliance without traces: %v, %v", none, err)
	}
	if err := keepRehearsals(dir, map[string]forecast.Trace{"a": oneAccess(1), "b": oneAccess(2), "c": oneAccess(1)}); err != nil {
		t.Fatal(err)
	}
	got, err := rehearsalFiles(dir)
	if err != nil || len(got) != 3 || got[0].Name != "rehearsal-a.trace" || got[1].Name != "rehearsal-b.trace" || len(got[0].SHA256) != 64 {
		t.Fatalf("files %+v, error %v", got, err)
	}
	if got[0].SHA256 != got[2].SHA256 || got[0].SHA256 == got[1].SHA256 {
		t.Errorf("equal traces have other hashes, or others the same: %+v", got)
	}
}

func TestAVersionIsStreamedByTheRehearsalsThatItNames(t *testing.T) {
	dir := t.TempDir()
	rehearse := func(index uint32, bundle string) []study.TraceFile {
		t.Helper()
		if err := keepRehearsals(dir, map[string]forecast.Trace{"a": oneAccess(index)}); err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Join(dir, bundlesDir), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := replaceFile(bundleFile(dir, "a"), bundle); err != nil {
			t.Fatal(err)
		}
		traces, err := KeepRepertoire(dir)
		if err != nil || len(traces) != 1 {
			t.Fatalf("kept %+v, %v", traces, err)
		}
		return traces
	}
	first := rehearse(1, "of the first")
	if again, err := KeepRepertoire(dir); err != nil || study.Repertoire(again) != study.Repertoire(first) {
		t.Errorf("kept once more: %+v, %v", again, err)
	}
	second := rehearse(2, "of the second")
	lost := []study.TraceFile{{Name: "rehearsal-a.trace", SHA256: "of nothing that is here"}}

	for name, tc := range map[string]struct {
		wanted  []study.TraceFile
		touched uint32
		bundle  string
		named   string
	}{
		"a version of before the later rehearsals":            {first, 1, "of the first", study.Repertoire(first)},
		"a version of after them":                             {second, 2, "of the second", study.Repertoire(second)},
		"a version that names none has the present ones":      {nil, 2, "of the second", study.Repertoire(second)},
		"a version whose rehearsals are gone, and is told so": {lost, 2, "of the second", study.Repertoire(second)},
	} {
		r, err := findRepertoire(dir, tc.wanted)
		if err != nil || r.name != tc.named {
			t.Errorf("%s: found %+v, %v; want %s", name, r, err, tc.named)
			continue
		}
		traces, err := readTraces(r.dir, "a")
		if err != nil || len(traces) != 1 || traces[0].Accesses[0].Index != tc.touched {
			t.Errorf("%s: traces %+v, %v", name, traces, err)
		}
		if bundle, err := os.ReadFile(bundleFile(r.dir, "a")); err != nil || string(bundle) != tc.bundle {
			t.Errorf("%s: bundle %q, %v", name, bundle, err)
		}
	}
}

// Whoever copies a trace over a present one, as with cp, writes into the same file.
func TestAKeptRehearsalIsNotChangedByWritingIntoThePresentOne(t *testing.T) {
	dir := t.TempDir()
	if err := keepRehearsals(dir, map[string]forecast.Trace{"a": oneAccess(1)}); err != nil {
		t.Fatal(err)
	}
	traces, err := KeepRepertoire(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, tracesDir, "rehearsal-a.trace"), []byte("another"), 0o644); err != nil {
		t.Fatal(err)
	}
	if r, err := findRepertoire(dir, traces); err != nil || r.dir == dir || r.name != study.Repertoire(traces) {
		t.Errorf("found %+v, %v", r, err)
	}
}

func TestNothingIsKeptOfAnApplianceWithoutRehearsals(t *testing.T) {
	dir := t.TempDir()
	if traces, err := KeepRepertoire(dir); err != nil || traces != nil {
		t.Errorf("kept %+v, %v", traces, err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("there is %v, %v", entries, err)
	}
}

func replaceFile(path, content string) error {
	return writeFile(path, func(w io.Writer) error { _, err := io.WriteString(w, content); return err })
}
