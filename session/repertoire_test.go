package session

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"vmstudy/stream/forecast"
	"vmstudy/stream/wire"
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
		r, err := findRepertoire(dir, tc.wanted, tc.wanted != nil)
		if told := errors.Is(err, study.ErrConflict); told != (study.Repertoire(tc.wanted) == study.Repertoire(lost)) {
			t.Errorf("%s: told %v", name, err)
		} else if err != nil && !told || r.name != tc.named {
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
	if r, err := findRepertoire(dir, traces, true); err != nil || r.dir == dir || r.name != study.Repertoire(traces) {
		t.Errorf("found %+v, %v", r, err)
	}
}

// Somebody packs anew, for fewer strategies: the version keeps what its streams begin with.
func TestAVersionKeepsItsBundlesHoweverThePresentOnesArePacked(t *testing.T) {
	dir := t.TempDir()
	if err := keepRehearsals(dir, map[string]forecast.Trace{"a": oneAccess(1)}); err != nil {
		t.Fatal(err)
	}
	if err := replaceFile(bundleFile(dir, "a.order"), "of the order"); err != nil {
		t.Fatal(err)
	}
	traces, err := KeepRepertoire(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(bundleFile(dir, "a.order")); err != nil {
		t.Fatal(err)
	}
	r, err := findRepertoire(dir, traces, true)
	if err != nil {
		t.Fatal(err)
	}
	if bundle, err := os.ReadFile(bundleFile(r.dir, "a.order")); err != nil || string(bundle) != "of the order" {
		t.Errorf("the bundle is %q, %v", bundle, err)
	}
}

func TestAVersionThatWasPublishedWithoutRehearsalsStaysWithout(t *testing.T) {
	dir := t.TempDir()
	if err := keepRehearsals(dir, map[string]forecast.Trace{"a": oneAccess(1)}); err != nil {
		t.Fatal(err)
	}
	r, err := findRepertoire(dir, nil, true)
	if err != nil || r.name != "" {
		t.Errorf("found %+v, %v", r, err)
	}
	if traces, err := readTraces(r.dir, "a"); err != nil || len(traces) != 0 {
		t.Errorf("it learns from %+v, %v", traces, err)
	}
}

func TestNothingIsKeptWhileRehearsalsAreMadeAnew(t *testing.T) {
	dir := t.TempDir()
	if err := keepRehearsals(dir, map[string]forecast.Trace{"a": oneAccess(1)}); err != nil {
		t.Fatal(err)
	}
	release, err := lockRehearsals(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := KeepRepertoire(dir); !errors.Is(err, study.ErrConflict) || study.Sentence(err) == "" {
		t.Errorf("kept meanwhile: %v", err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	if _, err := KeepRepertoire(dir); err != nil {
		t.Error(err)
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

func TestAdoptedRehearsalsHaveTheirBundlesAndTheEarlierOnesStay(t *testing.T) {
	app := smallAppliance(t)
	runs, err := ReadRuns(app)
	if err != nil || len(runs) != 1 {
		t.Fatalf("runs %+v, %v", runs, err)
	}
	if err := PackBundles(t.Context(), app, []study.Strategy{study.BestStrategy}, func(int, int) {}); err != nil {
		t.Fatal(err)
	}
	earlier, err := rehearsalFiles(app.Dir)
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(bundleFile(app.Dir, "paint"))
	if err != nil {
		t.Fatal(err)
	}
	more := forecast.Trace{Content: app.Content()}
	for i := range uint32(40) {
		more.Accesses = append(more.Accesses, forecast.Access{Chunk: wire.Chunk{Index: 210 + i}})
	}

	stopped, stop := context.WithCancel(t.Context())
	stop()
	adopt := func(ctx context.Context, instead []study.TraceFile) error {
		return Adopt(ctx, app, append(runs, Run{"paint", more}), study.Repertoire(instead), []study.Strategy{study.BestStrategy}, func(int, int) {})
	}
	if err := adopt(stopped, earlier); err == nil {
		t.Error("rehearsals were adopted although it was stopped")
	}
	if now, err := rehearsalFiles(app.Dir); err != nil || study.Repertoire(now) != study.Repertoire(earlier) {
		t.Errorf("it was stopped, and the rehearsals are %+v, %v", now, err)
	}

	if err := adopt(t.Context(), earlier[:0]); !errors.Is(err, study.ErrConflict) {
		t.Errorf("somebody has rehearsed meanwhile: %v, want that nothing is adopted", err)
	}
	if err := adopt(t.Context(), earlier); err != nil {
		t.Fatal(err)
	}
	if now, err := ReadRuns(app); err != nil || len(now) != 2 || now[0].Script != "paint" || now[1].Script != "type" {
		t.Errorf("the rehearsals are %+v, %v", now, err)
	}
	if after, err := os.ReadFile(bundleFile(app.Dir, "paint")); err != nil || bytes.Equal(after, before) {
		t.Errorf("the bundle of paint has not learned: %v", err)
	}
	kept, err := findRepertoire(app.Dir, earlier, true)
	if err != nil || kept.dir == app.Dir {
		t.Fatalf("the earlier rehearsals: %+v, %v", kept, err)
	}
	if bundle, err := os.ReadFile(bundleFile(kept.dir, "paint")); err != nil || !bytes.Equal(bundle, before) {
		t.Errorf("the earlier bundle of paint: %v", err)
	}
	if left := hiddenIn(t, app.Dir); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// A run that is learned from is foretold; one of which only a half is known is foretold less well.
func TestWhatWasRehearsedIsForetold(t *testing.T) {
	app := smallAppliance(t)
	learned, err := ReadRuns(app)
	if err != nil {
		t.Fatal(err)
	}
	run := forecast.Trace{Content: app.Content(), Accesses: slices.Clone(learned[0].Trace.Accesses)}
	for i := range uint32(40) {
		run.Accesses = append(run.Accesses, forecast.Access{Chunk: wire.Chunk{Index: 210 + i}, At: 10 * time.Second})
	}
	same, err := Foretell(app, learned, learned)
	if err != nil || !same.Enough() || same.FetchRatio != 1 || same.MissRate != 0 {
		t.Errorf("the same run: %v, %v", same, err)
	}
	other, err := Foretell(app, learned, []Run{{"type", run}})
	if err != nil || other.Enough() || other.MissRate != 40./240 || !same.Better(other) || other.Better(same) {
		t.Errorf("a run that goes on elsewhere: %+v, %v", other, err)
	}
	if _, err := Foretell(app, learned, nil); !errors.Is(err, study.ErrInvalid) {
		t.Errorf("nothing to judge by: %v", err)
	}
}

// hiddenIn lists the names in dir that begin with a dot, without that of the lock.
func hiddenIn(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") && e.Name() != ".rehearsals.lock" {
			names = append(names, e.Name())
		}
	}
	return names
}

func replaceFile(path, content string) error {
	return writeFile(path, func(w io.Writer) error { _, err := io.WriteString(w, content); return err })
}
