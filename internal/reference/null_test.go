package reference

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"os/exec"
	"testing"

	"vmstudy/analysis/model"
	"vmstudy/analysis/stat"
	"vmstudy/studytest"
)

// TestMadeUpStudiesHaveThePValuesOfR compares p-values of studies in which nothing is to be found. So what a test finds there too
// often, R finds too often as well.
func TestMadeUpStudiesHaveThePValuesOfR(t *testing.T) {
	studytest.Need(t, "r")
	studies := studytest.Times(t, "STUDYCTL_TEST_R", 10)
	a := model.Assumptions{
		People: 24, Methods: [2]string{"stream", "vnc"}, Cells: []string{"near", "far"}, Difference: []float64{0},
		Level: 4.5, Between: 1, Within: 1.2, Scale: model.Scale{Low: 1, High: 7, Step: 1},
	}
	var file bytes.Buffer
	fmt.Fprintln(&file, "study,participant,method,cell,value")
	ours := map[string]float64{}
	for s := range studies {
		rows := a.Rows(rand.New(rand.NewPCG(24, uint64(s)))) // as those of analysis/model's own test
		for _, r := range rows {
			fmt.Fprintf(&file, "%d,%s,%s,%s,%g\n", s, r.Participant, r.Levels[0], r.Levels[1], r.Value)
		}
		for name, p := range found(t, rows, a.Spec()) {
			ours[fmt.Sprint(s, " ", name)] = p
		}
	}
	cmd := exec.CommandContext(t.Context(), "Rscript", "--vanilla", "null.R")
	cmd.Stdin = &file
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(bytes.NewReader(out)).ReadAll()
	if err != nil || len(lines) != len(ours) {
		t.Fatalf("R says %d p-values, %v; want %d", len(lines), err, len(ours))
	}
	for _, line := range lines {
		if want, got := number(t, line[1]), ours[line[0]]; !(math.Abs(got-want) < 2e-4) {
			t.Errorf("study and test %s: p %.6f, R says %.6f", line[0], got, want)
		}
	}
}

// found returns p-values under the names of null.R.
func found(t *testing.T, rows []model.Row, spec model.Spec) map[string]float64 {
	t.Helper()
	var obs []stat.Observation
	for _, r := range rows {
		obs = append(obs, stat.Observation{Participant: r.Participant, Condition: r.Levels[0] + " " + r.Levels[1], Value: r.Value})
	}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ps := map[string]float64{}
	friedman, err := stat.Friedman(obs, []string{"stream far", "stream near", "vnc far", "vnc near"})
	must(err)
	ps["friedman"] = friedman.P
	pairs, err := stat.Pairs(obs, "stream near", "vnc far")
	must(err)
	for _, rule := range []stat.ZeroRule{stat.DropZeros, stat.RankZeros} {
		rank, err := stat.SignedRank(pairs, rule)
		must(err)
		ps[string(rule)] = rank.P
	}
	d, err := stat.PairedDifference(pairs)
	must(err)
	ps["t"] = d.P
	linear, err := model.FitLinear(rows, spec)
	must(err)
	for _, e := range linear.Effects {
		ps["linear "+e.Term.String()] = e.P
	}
	tests, err := model.OrdinalEffects(rows, spec, model.Laplace)
	must(err)
	for _, e := range tests {
		if name := e.Term.String(); name != "cell" {
			ps["ordinal "+name] = e.P
		}
	}
	return ps
}
