package analysis_test

import (
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vmstudy/analysis"
	"vmstudy/analysis/report"
	"vmstudy/study"
	"vmstudy/studytest"
)

// TestTheModelsOfTheScriptAreThoseOfThePage fits with R what the page fits, from the files of an export. Wherever the page has numbers, R has these.
func TestTheModelsOfTheScriptAreThoseOfThePage(t *testing.T) {
	studytest.Need(t, "rscript", "r")
	for name, change := range map[string]func(*study.Design){
		"methods by networks":                                withPlan,
		"levels whose names look like numbers, or like TRUE": numbered,
		"groups of which one has no value in some condition": grouped,
	} {
		t.Run(name, func(t *testing.T) {
			found, dir := exported(t, 1, change)
			runR(t, dir, "analysis/analyse.R")
			compareModels(t, found, dir)
			compareTests(t, found, dir)
			comparePlanned(t, found, dir, true)
		})
	}
}

// TestTheDocumentIsKnit runs the code of analyse.qmd as Quarto does, by knitr. Quarto itself is no package of Debian.
func TestTheDocumentIsKnit(t *testing.T) {
	studytest.Need(t, "rscript", "r", "knitr")
	found, dir := exported(t, 1, func(*study.Design) {})
	runR(t, filepath.Join(dir, "analysis"), "-e", `knitr::knit("analyse.qmd", quiet = TRUE)`)
	compareWithPage(t, found, dir, 1)
	compareModels(t, found, dir)
	made := string(read(t, dir, "analysis/analyse.md"))
	for _, want := range []string{"\n|score ", "![", "\n|outcome ", "participants count. Those that do not:"} {
		if !strings.Contains(made, want) {
			t.Errorf("the document has no %q:\n%.3000s", want, made)
		}
	}
	if strings.Contains(made, "Error in") {
		t.Errorf("a step failed:\n%s", made)
	}
}

func TestTheDocumentHasTheStepsOfTheScript(t *testing.T) {
	src, f, _ := recorded(t)
	dir := unpacked(t, src, f)
	lines := func(name string, code func(line string) bool) (kept []string) {
		for line := range strings.Lines(string(read(t, dir, name))) {
			if code(line) && strings.TrimSpace(line) != "" && !strings.HasPrefix(line, "#") {
				kept = append(kept, line)
			}
		}
		return kept
	}
	inside, chunk := false, 0
	document := lines("analysis/analyse.qmd", func(line string) bool {
		if strings.HasPrefix(line, "```") {
			inside = !inside
			if inside {
				chunk++
			}
			return false
		}
		return inside && chunk > 1 // the first says where the others run
	})
	if diff := cmp.Diff(lines("analysis/analyse.R", func(string) bool { return true }), document); diff != "" || len(document) < 100 {
		t.Errorf("%d lines of code (-script +document):\n%s", len(document), diff)
	}
}

// How the columns of a table of the page are called in models.csv.
var modelled = map[string]struct {
	model   string
	columns map[int]string
}{
	"-clmm":     {"ordinal", map[int]string{1: "estimate", 2: "se", 3: "statistic", 4: "p"}},
	"-logistic": {"logistic", map[int]string{1: "estimate", 2: "se", 3: "statistic", 4: "p"}},
	"-lmm":      {"linear", map[int]string{1: "statistic", 2: "df1", 3: "df2", 4: "p"}},
}

func compareModels(t *testing.T, found analysis.Results, dir string) {
	t.Helper()
	rows := rowsBy(t, read(t, dir, "results/models.csv"), "outcome", "model", "term")
	compared := map[string]int{}
	for _, o := range report.Outcomes(found.Data) {
		for _, table := range report.Tested(found.Data, o).Tables {
			for suffix, of := range modelled {
				if !strings.HasSuffix(table.ID, suffix) {
					continue
				}
				for _, row := range table.Rows {
					key := inR(o) + " " + of.model + " " + termInR(row[0].Say)
					sameModel(t, key, rows[key], row, of.columns)
					compared[of.model]++
				}
			}
		}
	}
	for _, model := range []string{"ordinal", "logistic", "linear"} {
		if compared[model] == 0 {
			t.Errorf("no %s model was compared", model)
		}
	}
}

// inR is the name of an outcome in the files.
func inR(o report.Outcome) string {
	switch o.ID {
	case "time-on-task":
		return "log_time_on_task"
	case "completion":
		return "is_completed"
	}
	return strings.TrimPrefix(strings.ReplaceAll(o.ID, "-", "_"), "tlx_")
}

// termInR is how R calls a term that the page calls method=vnc:network=3G.
func termInR(term string) string {
	return strings.NewReplacer("=", "", "method", "access_level", "light", "factor_light", "(intercept)", "(Intercept)").Replace(term)
}

// sameModel allows for what two optimisers leave open.
func sameModel(t *testing.T, key string, got map[string]string, row []report.Cell, columns map[int]string) {
	t.Helper()
	if got == nil {
		t.Errorf("R has no row %q", key)
		return
	}
	for i, name := range columns {
		want, err := strconv.ParseFloat(row[i].Raw, 64)
		x, err2 := strconv.ParseFloat(got[name], 64)
		if err != nil || err2 != nil || math.Abs(x-want) > 1e-3*math.Max(1, math.Abs(want)) {
			t.Errorf("%s: R says %s %q, the page %q", key, name, got[name], row[i].Raw)
		}
	}
}
