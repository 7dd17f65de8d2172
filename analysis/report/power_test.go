package report

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"vmstudy/analysis/model"
	"vmstudy/analysis/stat"
	"vmstudy/study"
)

func assumed() Assumed {
	return Assumed{Level: 4, Difference: 1, Between: 1, Taste: 0.5, Within: 1, Runs: 100, Seed: 7}
}

func TestASimulationIsOfThePlannedComparison(t *testing.T) {
	d := liked()
	c := d.Design.Preregistration.Comparisons[0]
	plan, err := Simulation(d, c, assumed())
	if err != nil {
		t.Fatal(err)
	}
	if plan.Methods != [2]string{"vnc", "stream"} || len(plan.Cells) != 2 || plan.Scale != (model.Scale{Low: 1, High: 7, Step: 1}) || plan.Test != model.PlannedSignedRank || plan.Alpha != 0.025 {
		t.Errorf("%+v; want two networks, the scale of the question and half of 5 %%", plan)
	}
	if got := Middle(d, c); got != 4 {
		t.Errorf("the middle of the scale is %g", got)
	}
	c = d.Design.Preregistration.Comparisons[1]
	c.Claim, c.Margin, c.Test, c.Outcome = study.NotHigher, 2, study.PairedT, study.OutcomeTime
	if plan, err = Simulation(d, c, assumed()); err != nil || len(plan.Cells) != 1 || plan.Scale != (model.Scale{}) || plan.Alpha != 0.05 || plan.Claim != study.NotHigher || plan.Margin != 2 {
		t.Errorf("%+v, %v", plan, err)
	}
	for name, spoil := range map[string]func(*study.Comparison, *Assumed){
		"completion":                func(c *study.Comparison, _ *Assumed) { c.Outcome = study.OutcomeCompletion },
		"what is not asked":         func(c *study.Comparison, _ *Assumed) { c.Outcome = "annoyance.annoyance" },
		"levels that are not":       func(c *study.Comparison, _ *Assumed) { c.First = "gone" },
		"no spread":                 func(_ *study.Comparison, a *Assumed) { a.Within = 0 },
		"a level that is no number": func(_ *study.Comparison, a *Assumed) { a.Level = math.NaN() },
		"no studies":                func(_ *study.Comparison, a *Assumed) { a.Runs = 0 },
		"too many":                  func(_ *study.Comparison, a *Assumed) { a.Runs = MostSimulated + 1 },
	} {
		c, a := d.Design.Preregistration.Comparisons[0], assumed()
		spoil(&c, &a)
		if _, err := Simulation(d, c, a); !errors.Is(err, study.ErrInvalid) || study.Sentence(err) == "" {
			t.Errorf("%s: %v, want a sentence", name, err)
		}
	}
}

func TestACurveOfPowerSaysWhatIsEnough(t *testing.T) {
	d := liked()
	c := d.Design.Preregistration.Comparisons[1]
	plan, err := Simulation(d, c, assumed())
	if err != nil {
		t.Fatal(err)
	}
	curve, err := model.Power(t.Context(), plan, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := Powered(c, plan, curve)
	enough := 0
	for _, p := range curve {
		if enough == 0 && p.Interval.Low >= 0.8 {
			enough = p.People
		}
	}
	if enough == 0 || !strings.Contains(s.Lead[0], count(enough).Say+" participants are the fewest") {
		t.Errorf("the lead is %q, and %d participants are surely enough", s.Lead, enough)
	}
	if strings.Contains(strings.Join(s.Lead, " "), "logarithm") {
		t.Errorf("an answer is said to be a logarithm: %q", s.Lead)
	}
	c.Outcome = study.OutcomeTime
	if timed := Powered(c, plan, curve); !strings.Contains(strings.Join(timed.Lead, " "), "natural logarithms of seconds") {
		t.Errorf("the lead of a time is %q", timed.Lead)
	}
	var drawn bytes.Buffer
	if err := s.Figures[0].Draw(&drawn); err != nil || !strings.Contains(drawn.String(), "<desc") {
		t.Errorf("the figure: %v", err)
	}
	if rows := s.Figures[0].Twin.Rows; len(rows) != len(Sizes()) || rows[0][0].Say != "6" || !notes(s, "seed 7") {
		t.Errorf("%d rows, notes %q", len(rows), s.Notes)
	}
	for _, said := range []string{"What is assumed: on average people are at ", "Two of three people are within ", "has a Monte Carlo error of ", "rounded to the points of the scale, from 1 to 7"} {
		if !notes(s, said) {
			t.Errorf("no note says %q: %q", said, s.Notes)
		}
	}
	none := Powered(c, plan, curve[:1])
	if curve[0].Power < 0.8 && !strings.Contains(none.Lead[0], "no number of participants that was tried") {
		t.Errorf("the lead is %q", none.Lead)
	}
}

// A power that was found to be 82 % in a few studies may be 75 %: then no number is called the fewest.
func TestTheFewestIsSaidOnlyWhereTheIntervalIsAboveTheGoal(t *testing.T) {
	at := func(people int, power, low, high float64) model.Powered {
		return model.Powered{People: people, Runs: 100, Power: power, Interval: stat.Interval{Low: low, High: high}}
	}
	for name, tc := range map[string]struct {
		curve []model.Powered
		want  string
	}{
		"none":           {[]model.Powered{at(6, 0.5, 0.4, 0.6)}, "With these assumptions no number of participants that was tried has a power of 80 %."},
		"sure at once":   {[]model.Powered{at(6, 0.5, 0.4, 0.6), at(8, 0.9, 0.85, 0.94)}, "Of the numbers that were tried, 8 participants are the fewest whose power is 80 % or more over its whole interval, 85.0 to 94.0 %."},
		"about, no more": {[]model.Powered{at(6, 0.5, 0.4, 0.6), at(8, 0.82, 0.75, 0.88)}, "With these assumptions about 8 participants have a power of 80 %: it was found to be 82.0 %, and lies in 75.0 to 88.0 %. More studies tell it more exactly."},
		"about, and then sure": {
			[]model.Powered{at(8, 0.82, 0.75, 0.88), at(10, 0.9, 0.85, 0.94)},
			"With these assumptions about 8 participants have a power of 80 %: it was found to be 82.0 %, and lies in 75.0 to 88.0 %. Of the numbers that were tried, 10 participants are the fewest whose power is 80 % or more over its whole interval, 85.0 to 94.0 %.",
		},
	} {
		if got := needed(tc.curve); got != tc.want {
			t.Errorf("%s: %q, want %q", name, got, tc.want)
		}
	}
}

// Whoever assumes a difference at the end of a scale is told what is left of it. A time has no such ends.
func TestWhatTheScaleLeavesOfADifferenceIsSaid(t *testing.T) {
	d := liked()
	c := d.Design.Preregistration.Comparisons[1]
	a := assumed()
	a.Level, a.Runs = 6, 1
	plan, err := Simulation(d, c, a)
	if err != nil {
		t.Fatal(err)
	}
	seen := plan.SeenDifference()
	if lead, want := strings.Join(Powered(c, plan, nil).Lead, " "), fmt.Sprintf("a difference of 1 that people feel is one of %.2f in what they answer", seen); !strings.Contains(lead, want) || !(seen > 0.3 && seen < 0.8) {
		t.Errorf("%q, want %q", lead, want)
	}
	c.Outcome, c.Test = study.OutcomeTime, study.PairedT
	if plan, err = Simulation(d, c, a); err != nil {
		t.Fatal(err)
	}
	if lead := strings.Join(Powered(c, plan, nil).Lead, " "); strings.Contains(lead, "The scale has ends") {
		t.Errorf("of a time: %q", lead)
	}
}

func TestASimulationOfGroupsSaysHowManyAreInEach(t *testing.T) {
	d := parted()
	c := study.Comparison{Name: "H1", Outcome: "liking.liking", Factor: study.GroupFactor, First: "all", Second: "one", Claim: study.Differs, Test: study.MannWhitney}
	d.Design.Preregistration.Comparisons = []study.Comparison{c}
	a := assumed()
	a.Runs = 20
	plan, err := Simulation(d, c, a)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := model.Power(t.Context(), plan, nil)
	if err != nil || !plan.Groups || len(plan.Cells) != 1 || !(curve[len(curve)-1].Power > curve[0].Power) {
		t.Errorf("%+v, %v: %+v; want that 60 people find more than 6", plan, err, curve)
	}
	if lead := strings.Join(Powered(c, plan, curve).Lead, " "); !strings.Contains(lead, "Half of them are in each of the two groups.") {
		t.Errorf("the lead is %q", lead)
	}
}
