package model_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"vmstudy/analysis/model"
	"vmstudy/study"
)

// planned is a study whose power is known: one cell, no scale.
func planned() model.PowerPlan {
	return model.PowerPlan{
		Assumptions: model.Assumptions{Methods: [2]string{"stream", "vnc"}, Cells: []string{"all"}, Difference: []float64{0.8}, Between: 2, Within: 1},
		Sizes:       []int{12, 24}, Test: model.PlannedT, Runs: 400, Seed: 1,
	}
}

// The power of the paired t test is known: t of n differences with standard deviation sqrt(2) is noncentral. R:
// power.t.test(n = 12, delta = .8, sd = sqrt(2), type = "paired")$power is 0.4320; n = 24: 0.7562.
func TestPowerIsThatOfTheNoncentralT(t *testing.T) {
	got, err := model.Power(t.Context(), planned(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{0.4320, 0.7562} {
		if slack := 3.3 * math.Sqrt(want*(1-want)/400); math.Abs(got[i].Power-want) > slack || got[i].Refused != 0 {
			t.Errorf("n = %d: %+v, want %.3f", got[i].People, got[i], want)
		}
		if math.Abs(got[i].Error-math.Sqrt(got[i].Power*(1-got[i].Power)/400)) > 1e-12 || !(got[i].Interval.Low < got[i].Power && got[i].Power < got[i].Interval.High) {
			t.Errorf("n = %d: error %g, interval %v", got[i].People, got[i].Error, got[i].Interval)
		}
	}
	again, err := model.Power(t.Context(), planned(), nil)
	if err != nil || !slices.Equal(got, again) {
		t.Errorf("again: %v, %v; want %v", again, err, got)
	}
	alone := planned()
	alone.Sizes = []int{24}
	if one, err := model.Power(t.Context(), alone, nil); err != nil || one[0] != got[1] {
		t.Errorf("24 alone: %v, %v; want %v", one, err, got[1])
	}
}

// "No worse" is a one-sided test of the difference from the margin. R, with sd = sqrt(2) as above: power.t.test(n = 12, delta = .3 + .5, sd =
// sqrt(2), type = "paired", alternative = "one.sided")$power is 0.5763; n = 24: 0.8516.
func TestThePowerToShowNoWorseIsThatOfOneSidedT(t *testing.T) {
	plan := planned()
	plan.Difference, plan.Claim, plan.Margin = []float64{0.3}, study.NotLower, 0.5
	got, err := model.Power(t.Context(), plan, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{0.5763, 0.8516} {
		if slack := 3.3 * math.Sqrt(want*(1-want)/400); math.Abs(got[i].Power-want) > slack {
			t.Errorf("n = %d: %+v, want %.3f", got[i].People, got[i], want)
		}
	}
}

// Where nothing is, each test of pairs finds it as often as at 5 % by chance, since it is exact or nearly so: with 400 studies 7 to 34 in all but two of a
// thousand. For a claim with a margin nothing is where the difference is the margin. The margin is wide enough that equivalence could be shown.
func TestNothingIsFoundInFivePercent(t *testing.T) {
	for _, test := range []model.Planned{model.PlannedSignedRank, model.PlannedT} {
		for claim, at := range map[study.Claim]float64{study.Differs: 0, study.NotLower: -2, study.NotHigher: 2, study.Equivalent: 2} {
			plan := planned()
			plan.Test, plan.Claim, plan.Difference, plan.Sizes = test, claim, []float64{at}, []int{24}
			if claim != study.Differs {
				plan.Margin = 2
			}
			got, err := model.Power(t.Context(), plan, nil)
			if err != nil || got[0].Found > 34 || got[0].Found < 7 {
				t.Errorf("%s, %s: %+v, %v; want 7 to 34 of 400", test, claim, got, err)
			}
		}
	}
}

// The power of the Mann-Whitney test of normal values is nearly that of two-sample t at 95.5 % of the people. R: power.t.test(n = 12*.955, delta = 2,
// sd = sqrt(4 + 1))$power is 0.537; n = 24*.955: 0.846.
func TestThePowerToTellGroupsApartIsThatOfMannWhitney(t *testing.T) {
	plan := planned()
	plan.Groups, plan.Test, plan.Difference, plan.Sizes = true, model.PlannedMannWhitney, []float64{2}, []int{24, 48}
	got, err := model.Power(t.Context(), plan, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{0.537, 0.846} {
		if slack := 0.02 + 3.3*math.Sqrt(want*(1-want)/400); math.Abs(got[i].Power-want) > slack || got[i].Refused != 0 {
			t.Errorf("n = %d: %+v, want %.3f", got[i].People, got[i], want)
		}
	}
}

// Each test that can be planned finds a large difference, and finds it more often than none.
func TestEveryPlannedTestHasPower(t *testing.T) {
	for _, test := range model.PlannedTests() {
		plan := planned()
		plan.Cells, plan.Test, plan.Runs, plan.Sizes = []string{"near", "far"}, test, 30, []int{20}
		plan.Level, plan.Scale, plan.Between = 4, model.Scale{Low: 1, High: 7, Step: 1}, 1
		plan.Difference, plan.Groups = []float64{1.2, 0.8}, test == model.PlannedMannWhitney
		if plan.Groups { // which tell less than pairs
			plan.Sizes = []int{70}
		}
		got, err := model.Power(t.Context(), plan, nil)
		if err != nil || got[0].Power < 0.7 || got[0].Refused != 0 {
			t.Errorf("%s: %+v, %v; want power above 0.7", test, got, err)
		}
	}
}

func TestPowerReportsProgressAndStops(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	enough := errors.New("enough")
	var seen []int
	got, err := model.Power(ctx, planned(), func(done, all int) {
		if all != 800 {
			t.Fatalf("%d in all, want 800", all)
		}
		if seen = append(seen, done); done == 500 {
			cancel(enough)
		}
	})
	if !errors.Is(err, enough) || len(got) != 1 || got[0].People != 12 || len(seen) != 500 || seen[499] != 500 {
		t.Errorf("%+v, %v after %d calls; want the 12 people's alone, and why it stopped", got, err, len(seen))
	}
}

func TestAssumptionsThatMakeNoStudyAreRefused(t *testing.T) {
	for name, spoil := range map[string]func(*model.PowerPlan){
		"two people":            func(p *model.PowerPlan) { p.Sizes = []int{2} },
		"a million people":      func(p *model.PowerPlan) { p.Sizes = []int{1_000_000} },
		"too many values":       func(p *model.PowerPlan) { p.Sizes, p.Cells = []int{1000}, []string{"a", "b", "c", "d", "e", "f"} },
		"no sizes":              func(p *model.PowerPlan) { p.Sizes = nil },
		"no cells":              func(p *model.PowerPlan) { p.Cells = nil },
		"no difference":         func(p *model.PowerPlan) { p.Difference = nil },
		"a difference too many": func(p *model.PowerPlan) { p.Difference = []float64{1, 2} },
		"a spread below 0":      func(p *model.PowerPlan) { p.Between = -1 },
		"no spread":             func(p *model.PowerPlan) { p.Within = 0 },
		"NaN":                   func(p *model.PowerPlan) { p.Level = math.NaN() },
		"an empty scale":        func(p *model.PowerPlan) { p.Scale = model.Scale{Low: 7, High: 1} },
		"the same method twice": func(p *model.PowerPlan) { p.Methods[1] = p.Methods[0] },
		"an unknown test":       func(p *model.PowerPlan) { p.Test = "eye" },
		"an unknown claim":      func(p *model.PowerPlan) { p.Claim = "better" },
		"no margin":             func(p *model.PowerPlan) { p.Claim = study.Equivalent },
		"a margin of a model":   func(p *model.PowerPlan) { p.Claim, p.Margin, p.Test = study.NotLower, 1, model.PlannedLinear },
		"a level of 1":          func(p *model.PowerPlan) { p.Alpha = 1 },
		"too many runs":         func(p *model.PowerPlan) { p.Runs = model.MostRuns + 1 },
	} {
		plan := planned()
		spoil(&plan)
		if got, err := model.Power(t.Context(), plan, nil); !errors.Is(err, study.ErrInvalid) || study.Sentence(err) == "" {
			t.Errorf("%s: %v, %v; want a sentence", name, got, err)
		}
	}
}

// What is made up has the means and spreads that were asked for.
func TestMadeUpStudiesAreAsAssumed(t *testing.T) {
	a := model.Assumptions{
		People: 1000, Methods: [2]string{"stream", "vnc"}, Cells: []string{"near", "far"}, Level: 50, Difference: []float64{-4, 10}, Between: 8, Taste: 3, Within: 5,
	}
	rows := a.Rows(rand.New(rand.NewPCG(1, 1)))
	if len(rows) != 4000 {
		t.Fatalf("%d rows, want 4000", len(rows))
	}
	sums := map[string]float64{}
	for _, r := range rows {
		sums[r.Levels[0]+"/"+r.Levels[1]] += r.Value / 1000
	}
	for cell, want := range map[string]float64{"stream/near": 50, "stream/far": 50, "vnc/near": 46, "vnc/far": 60} {
		if se := math.Sqrt((64 + 9 + 25) / 1000.0); math.Abs(sums[cell]-want) > 3.9*se {
			t.Errorf("%s: mean %.2f, want %g", cell, sums[cell], want)
		}
	}
	a.Taste = 0
	m, err := model.FitLinear(a.Rows(rand.New(rand.NewPCG(1, 2)))[:800], a.Spec())
	if err != nil || math.Abs(math.Sqrt(m.Participant)-8) > 1.6 || math.Abs(math.Sqrt(m.Residual)-5) > 0.6 {
		t.Errorf("spreads %.2f and %.2f, %v; want 8 and 5", math.Sqrt(m.Participant), math.Sqrt(m.Residual), err)
	}
	a.Scale = model.Scale{Low: 0, High: 100, Step: 5}
	for _, r := range a.Rows(rand.New(rand.NewPCG(1, 3))) {
		if r.Value < 0 || r.Value > 100 || math.Mod(r.Value, 5) != 0 {
			t.Fatalf("value %g is not on the scale", r.Value)
		}
	}
}

// Near an end of the scale people cannot differ as much as was assumed. What is said of it is what made-up studies have.
func TestTheDifferenceOnAScaleIsThatOfMadeUpStudies(t *testing.T) {
	for name, tc := range map[string]struct {
		level, difference float64
		scale             model.Scale
		less              bool // than was assumed, by a tenth or more
	}{
		"in the middle of seven points":    {4, 1, model.Scale{Low: 1, High: 7, Step: 1}, false},
		"at the end of seven points":       {6, 1, model.Scale{Low: 1, High: 7, Step: 1}, true},
		"downwards from the end":           {6.8, -1, model.Scale{Low: 1, High: 7, Step: 1}, true},
		"at the end of a scale in between": {95, 10, model.Scale{Low: 0, High: 100}, true},
		"without a scale":                  {6, 1, model.Scale{}, false},
	} {
		a := model.Assumptions{
			People: 1000, Methods: [2]string{"vnc", "stream"}, Cells: []string{"near", "far"}, Level: tc.level, Difference: []float64{tc.difference}, Between: 1, Taste: 0.5, Within: 1, Scale: tc.scale,
		}
		if tc.scale.High > 10 {
			a.Between, a.Within = 8, 8
		}
		sums := map[string]float64{}
		for _, r := range a.Rows(rand.New(rand.NewPCG(3, 1))) {
			sums[r.Levels[0]] += r.Value / 2000
		}
		want := a.SeenDifference()
		se := math.Hypot(a.Taste, a.Within) / math.Sqrt(1000)
		if got := sums["stream"] - sums["vnc"]; math.Abs(got-want) > 3.9*se {
			t.Errorf("%s: made-up studies differ by %.3f, and %.3f is said", name, got, want)
		}
		if less := math.Abs(want) < 0.9*math.Abs(tc.difference); less != tc.less {
			t.Errorf("%s: %.3f of %g", name, want, tc.difference)
		}
	}
}
