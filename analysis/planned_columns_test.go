package analysis_test

import (
	"strconv"
	"testing"

	"vmstudy/analysis"
	"vmstudy/analysis/report"
	"vmstudy/study"
	"vmstudy/studytest"
)

// withPlan plans a comparison by each test.
func withPlan(d *study.Design) {
	of := func(name, outcome, family string, claim study.Claim, margin float64, test study.PlannedTest, networks ...string) study.Comparison {
		return study.Comparison{
			Name: name, Hypothesis: "One may expect it.", Outcome: outcome, Factor: study.MethodFactor, First: "stream", Second: "vnc", Only: study.Crossing{Networks: networks},
			Claim: claim, Margin: margin, Test: test, Family: family,
		}
	}
	d.Preregistration = study.Preregistration{Participants: 8, Comparisons: []study.Comparison{
		of("H1", "tlx.mental_demand", "load", study.Differs, 0, study.PairedT),
		of("H2", "satisfaction.satisfaction", "", study.Differs, 0, study.SignedRank),
		of("H3", study.OutcomeTime, "load", study.NotHigher, 0.2, study.PairedT),
		of("H4", study.OutcomeCompletion, "", study.Differs, 0, study.McNemar, "3G"),
		of("H5", "tlx.effort", "load", study.Equivalent, 30, study.PairedT, "3G"),
		of("H6", "satisfaction.satisfaction", "", study.NotLower, 1, study.SignedRank, "3G"),
		{Name: "H7", Hypothesis: "Far is worse.", Outcome: "satisfaction.satisfaction", Factor: study.NetworkFactor, First: "3G", Second: "LAN", Only: study.Crossing{Methods: []string{"vnc"}}, Claim: study.Differs, Test: study.PairedT},
	}}
}

// grouped has a plan that compares two groups, too.
func grouped(d *study.Design) {
	withPlan(d)
	d.Groups = []study.Group{{Name: silent}, {Name: "open"}}
	d.Preregistration.Comparisons = append(d.Preregistration.Comparisons, study.Comparison{
		Name: "H8", Hypothesis: "One may expect it.", Outcome: "satisfaction.satisfaction", Factor: study.GroupFactor, First: silent, Second: "open",
		Only: study.Crossing{Networks: []string{"LAN"}}, Claim: study.Differs, Test: study.MannWhitney,
	})
}

// TestThePlannedComparisonsOfAnExportAreThoseOfThePage holds for what the page shows without a filter.
func TestThePlannedComparisonsOfAnExportAreThoseOfThePage(t *testing.T) {
	found, dir := exported(t, 1, withPlan)
	rows := rowsBy(t, read(t, dir, analysis.DataFile("planned")), "comparison")
	tested := 0
	for _, j := range report.Judged(found.Data) {
		row := rows[j.Name]
		if row["verdict"] != j.Says() || row["n"] != strconv.Itoa(j.N) || row["dropped_n"] != strconv.Itoa(len(j.Dropped)) || row["is_confirmatory"] != "TRUE" || row["why_exploratory"] != "" || row["study_hash"] != found.Version.Hash {
			t.Errorf("%s: %v, the page says %+v", j.Name, row, j)
		}
		if !j.Tested {
			continue
		}
		tested++
		sameNumber(t, j.Name+" estimate", row["estimate"], j.Estimate)
		sameNumber(t, j.Name+" p", row["p"], j.P)
		sameNumber(t, j.Name+" p_holm", row["p_holm"], j.Corrected)
		if j.Interval != nil {
			sameNumber(t, j.Name+" low", row["interval_low"], j.Interval.Low)
			sameNumber(t, j.Name+" high", row["interval_high"], j.Interval.High)
			sameNumber(t, j.Name+" covers", row["interval_level"], j.Coverage)
		}
	}
	if tested < 6 || len(rows) != 7 {
		t.Errorf("%d comparisons of %d were tested", tested, len(rows))
	}
	if row := rows["H7"]; row["first_conditions"] != "vnc/3G/type" || row["second_conditions"] != "vnc/LAN/type" || row["analysis_column"] != "satisfaction" {
		t.Errorf("the row of H7 is %v", row)
	}
}

// What the export of pooled versions has is no more confirmatory than what the page has of them. A blind export has no plan at all.
func TestThePlannedComparisonsOfOtherDataAreNotConfirmatory(t *testing.T) {
	r, v := simulated(t, 1, withPlan)
	dir := unpacked(t, r.store.Source(), analysis.Filter{Study: v.Study, Versions: []string{v.Hash, "another"}})
	for name, row := range rowsBy(t, read(t, dir, analysis.DataFile("planned")), "comparison") {
		if row["is_confirmatory"] != "FALSE" || row["why_exploratory"] != "the data of other versions are among these" {
			t.Errorf("%s: %v", name, row)
		}
	}
	files := tables(t, r.store.Source(), analysis.Filter{Study: v.Study, Blind: true})
	if _, there := files["planned.csv"]; there {
		t.Error("a blind export has the plan")
	}
}

// TestTheScriptFindsInThePlanWhatThePageSays does the planned tests in R alone; those by signed rank need its package coin.
func TestTheScriptFindsInThePlanWhatThePageSays(t *testing.T) {
	studytest.Need(t, "rscript")
	found, dir := exported(t, 1, withPlan)
	runR(t, dir, "analysis/analyse.R")
	comparePlanned(t, found, dir, false)
}

func comparePlanned(t *testing.T, found analysis.Results, dir string, coin bool) {
	t.Helper()
	compared, groups := 0, 0
	for _, j := range report.Judged(found.Data) {
		if !j.Tested || (j.Test == study.SignedRank || j.Test == study.MannWhitney) && !coin {
			continue
		}
		if j.Test == study.MannWhitney {
			groups++
		}
		row := rowsBy(t, read(t, dir, "results/planned.csv"), "comparison")[j.Name]
		sameNumber(t, j.Name+" p", row["p"], j.P)
		sameNumber(t, j.Name+" n", row["n"], float64(j.N))
		sameNumber(t, j.Name+" estimate", row["estimate"], j.Estimate)
		if within := j.Test == study.SignedRank || j.Test == study.PairedT; within && j.Interval != nil {
			sameNumber(t, j.Name+" low", row["low"], j.Interval.Low)
			sameNumber(t, j.Name+" high", row["high"], j.Interval.High)
		}
		compared++
	}
	if all := found.Version.Design.Preregistration.Comparisons; len(all) > 0 && compared < 4 {
		t.Errorf("R did %d of %d comparisons", compared, len(all))
	}
	if coin && (groups > 0) != (len(found.Version.Design.Groups) > 0) {
		t.Errorf("R compared %d pairs of groups, of %d groups", groups, len(found.Version.Design.Groups))
	}
}
