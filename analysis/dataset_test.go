package analysis_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vmstudy/analysis"
	"vmstudy/document"
	"vmstudy/study"
)

func read(t *testing.T, dir, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestTheManifestHasTheChecksumOfEveryFile(t *testing.T) {
	src, f := varied(t)
	dir := unpacked(t, src, f)
	check := func() error {
		c := exec.CommandContext(t.Context(), "sha256sum", "--check", "--strict", "--quiet", "manifest.sha256")
		c.Dir = dir
		return c.Run()
	}
	if err := check(); err != nil {
		t.Errorf("sha256sum: %v", err)
	}
	files := 0
	err := filepath.WalkDir(dir, func(_ string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			files++
		}
		return err
	})
	if lines := bytes.Count(read(t, dir, "manifest.sha256"), []byte("\n")); err != nil || lines != files-1 {
		t.Errorf("the manifest has %d lines for %d files and itself, %v", lines, files-1, err)
	}
	if err := os.WriteFile(filepath.Join(dir, "README.txt"), []byte("another"), 0o600); err != nil {
		t.Fatal(err)
	}
	if check() == nil {
		t.Error("a file that was changed passes")
	}
}

func TestTheDesignIsThereToBeReadAgain(t *testing.T) {
	src, f := varied(t)
	dir := unpacked(t, src, f)
	versions, err := src.Versions(t.Context(), f)
	if err != nil || len(versions) != 1 {
		t.Fatalf("%d versions, %v", len(versions), err)
	}
	text := read(t, dir, "materials/version-1.yaml")
	if got := document.HashOf(string(text)); got != versions[0].Hash {
		t.Errorf("the text has the hash %s, and the rows of data %s", got, versions[0].Hash)
	}
	for _, name := range []string{"materials/version-1.yaml", "materials/version-1.json"} {
		d, faults := document.Read(read(t, dir, name))
		if len(faults) > 0 {
			t.Fatalf("%s: %v", name, faults)
		}
		if got := document.Hash(d); got != versions[0].Hash {
			t.Errorf("%s is another design", name)
		}
	}
}

func TestExclusionsSayWhoDoesNotCountAndWhy(t *testing.T) {
	src, f := varied(t)
	got := tables(t, src, f)["exclusions.csv"]
	count := map[string]int{}
	whats, whys := column(t, got, "excluded"), column(t, got, "why_not")
	for i := range whats {
		count[whats[i]+" "+whys[i]]++
	}
	want := map[string]int{"attempt failed_attempt": 3, "participant not_started": 1}
	if diff := cmp.Diff(want, count); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAnExcludedTrialIsOneExclusion(t *testing.T) {
	r, v := asking(t)
	x := r.takePart(v.Study, nil)
	exclusions := func() (all []string) {
		rows := tables(t, r.store.Source(), analysis.Filter{Study: v.Study})["exclusions.csv"]
		for i, what := range column(t, rows, "excluded") {
			all = append(all, what+" "+column(t, rows, "why_not")[i]+" "+column(t, rows, "attempt")[i])
		}
		return all
	}
	if diff := cmp.Diff([]string{"attempt failed_attempt 1"}, exclusions()); diff != "" {
		t.Errorf("before (-want +got):\n%s", diff)
	}
	r.must(r.store.RuleOnTrial(t.Context(), x.ID, x.Trials[0].ID, study.TrialRuling{Excluded: true, Ground: study.GroundTechnical, At: r.now}))
	if diff := cmp.Diff([]string{"trial trial_excluded "}, exclusions()); diff != "" {
		t.Errorf("after (-want +got):\n%s", diff)
	}
}

func TestTablesOfTheDesignListItsConditionsLevelsAndQuestions(t *testing.T) {
	src, f := varied(t)
	files := tables(t, src, f)
	if diff := cmp.Diff([]string{"vnc/LAN/type", "vnc/3G/type", "local/none/type"}, column(t, files["conditions.csv"], "condition")); diff != "" {
		t.Errorf("conditions (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"Inf", "7.2", ""}, column(t, files["conditions.csv"], "set_down_mbps")); diff != "" {
		t.Errorf("bandwidths (-want +got):\n%s", diff)
	}
	var levels []string
	for i, factor := range column(t, files["levels.csv"], "factor") {
		levels = append(levels, factor+" "+column(t, files["levels.csv"], "level_order")[i]+" "+column(t, files["levels.csv"], "level")[i])
	}
	want := []string{"access_level 1 vnc", "access_level 2 local", "network 1 LAN", "network 2 3G", "network 3 none", "task 1 type"}
	if diff := cmp.Diff(want, levels); diff != "" {
		t.Errorf("levels (-want +got):\n%s", diff)
	}
	asked := column(t, files["instruments.csv"], "asked")
	if diff := cmp.Diff([]string{"after_trial"}, compacted(asked)); diff != "" || len(asked) < 3 {
		t.Errorf("%d questions and measures, asked %v", len(asked), asked)
	}
}

func compacted(all []string) (some []string) {
	for _, s := range all {
		if len(some) == 0 || some[len(some)-1] != s {
			some = append(some, s)
		}
	}
	return some
}

func TestFilesForExcelBeginWithAByteOrderMark(t *testing.T) {
	src, f := varied(t)
	f.Excel = true
	dir := unpacked(t, src, f)
	for name, marked := range map[string]bool{"data/description-trials_data.csv": true, "documentation/codebook.csv": true, "README.txt": false, "materials/version-1.json": false} {
		if got := strings.HasPrefix(string(read(t, dir, name)), "\ufeff"); got != marked {
			t.Errorf("%s: mark %v, want %v", name, got, marked)
		}
	}
}
