package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"

	"vmstudy/study"
)

// liked has six people who like the stream better by 1 to 6 points, the same in both networks, and a plan that compares it in both, in each, and by TOST.
func liked() Data {
	d := ordered(func(person, position, condition int) float64 { return float64(1 + btoi(condition < 2)*(person+1)) })
	of := func(name, family string, networks ...string) study.Comparison {
		return study.Comparison{
			Name: name, Hypothesis: "The stream is liked better.", Outcome: "liking.liking", Factor: study.MethodFactor, First: "stream", Second: "vnc", Only: study.Crossing{Networks: networks},
			Claim: study.Differs, Test: study.SignedRank, Family: family,
		}
	}
	d.Design.Preregistration = study.Preregistration{Participants: 6, Comparisons: []study.Comparison{of("H1", "liking"), of("H2", "near", "a"), of("H3", "liking", "b")}}
	for person := range 6 {
		d.Visits = append(d.Visits, Visit{Participant: fmt.Sprint("P", person), Finished: true, Why: study.Counts})
	}
	return d
}

// The p-value of six differences of one sign is 2/2^6, twice that after Holm's correction over two.
func TestPlannedComparisonsAreTestedInTheirFamilies(t *testing.T) {
	s := Planned(liked())
	if len(s.Tables) != 2 || len(s.Lead) != 4 || s.Lead[1] != "H1: The stream is liked better." || !strings.HasPrefix(s.Lead[0], "Confirmatory:") {
		t.Fatalf("%d tables, lead %q; want two families that are confirmatory", len(s.Tables), s.Lead)
	}
	var got []string
	for _, table := range s.Tables {
		for _, r := range table.Rows {
			if len(r) != len(table.Columns) {
				t.Fatalf("%d cells in %d columns", len(r), len(table.Columns))
			}
			c := cells(r)
			got = append(got, strings.Join([]string{table.ID, c[0], c[2], c[3], c[4], c[5], c[plannedP], c[plannedHolm], c[plannedSays]}, "|"))
		}
	}
	want := []string{
		"planned-1|H1|stream − vnc|differs|6|3.500|0.031|0.062|not shown", "planned-1|H3|stream − vnc (b)|differs|6|3.500|0.031|0.062|not shown",
		"planned-2|H2|stream − vnc (a)|differs|6|3.500|0.031|0.031|shown",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestAStudyWithoutAPlanHasNoSuchSection(t *testing.T) {
	d := liked()
	d.Design.Preregistration.Comparisons = nil
	if s := Planned(d); !s.Empty() {
		t.Errorf("%+v, want nothing", s)
	}
	if lead := Tested(d, Outcomes(d)[0]).Lead[0]; !strings.Contains(lead, "no planned comparisons on record") {
		t.Errorf("the lead of the tests is %q", lead)
	}
}

func TestOnlyThePlanIsConfirmatory(t *testing.T) {
	d := liked()
	for _, s := range append(Sections(d), Tested(d, Outcomes(d)[0]), Crossover(d)) {
		says := strings.Contains(fmt.Sprint(s.Lead, s.Notes, s.Tables), "Confirmatory")
		if says != (s.ID == "planned") {
			t.Errorf("section %s says Confirmatory: %v", s.ID, says)
		}
	}
	if lead := Tested(d, Outcomes(d)[0]).Lead[0]; !strings.HasPrefix(lead, "Exploratory: the planned comparisons") {
		t.Errorf("the lead of the tests is %q", lead)
	}
	d.Unplanned = "pilots are among these data"
	if lead := Planned(d).Lead; len(lead) != 4 || !strings.HasPrefix(lead[0], "Exploratory: pilots are among these data") {
		t.Errorf("with pilots the lead is %q", lead)
	}
}

func TestALookBeforeTheEndSaysSo(t *testing.T) {
	d := liked()
	d.Visits[0].Finished, d.Visits[1].Why = false, study.WasExcluded
	if lead := Planned(d).Lead; !strings.HasPrefix(lead[1], "An interim look: 4 of the 6 planned participants") {
		t.Errorf("the lead is %q", lead)
	}
}

// What a person decided is one list: what the section calls excluded by hand is what study.WhyNot calls so.
func TestExcludedByHandIsWhatPeopleDecided(t *testing.T) {
	for _, r := range study.Reasons() {
		want := 0
		if r.Why.ByHand() {
			want = 1
		}
		d := Data{Visits: []Visit{{Why: r.Why, Trials: []VisitTrial{{Why: r.Why}}}}}
		if people, trials := d.excluded(); people != want || trials != 0 {
			t.Errorf("a person %q: %d people and %d trials, want %d and 0", r.Why, people, trials, want)
		}
		d = Data{Visits: []Visit{{Trials: []VisitTrial{{Why: r.Why}}}}}
		if people, trials := d.excluded(); people != 0 || trials != want {
			t.Errorf("a trial %q: %d people and %d trials, want 0 and %d", r.Why, people, trials, want)
		}
	}
}

// What people decided about the sample after the plan was made is said before any p-value.
func TestDecisionsAboutTheSampleAreHeldAgainstThePlan(t *testing.T) {
	for name, tc := range map[string]struct {
		change func(*Data)
		want   string // the second sentence; empty: it is about the first hypothesis
	}{
		"as many as planned":   {func(*Data) {}, ""},
		"more than planned":    {func(d *Data) { d.Design.Preregistration.Participants = 5 }, "6 participants have finished and count, and 5 were planned."},
		"no number is planned": {func(d *Data) { d.Design.Preregistration.Participants = 0 }, "No number of participants was planned. Whoever stops by the results finds too much."},
		"a person is excluded": {
			func(d *Data) { d.Design.Preregistration.Participants, d.Visits[0].Why = 5, study.WasExcluded }, "Excluded by hand: 1 person, and 0 trials of people who count.",
		},
		"trials are excluded": {
			func(d *Data) {
				d.Visits[0].Trials = []VisitTrial{{Why: study.TrialExcluded}, {Why: study.AttemptFailed}, {Why: study.TrialExcluded}}
			},
			"Excluded by hand: 0 people, and 2 trials of people who count.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := liked()
			tc.change(&d)
			lead := Planned(d).Lead
			if want := cmp.Or(tc.want, "H1: "); !strings.HasPrefix(lead[1], want) {
				t.Errorf("the lead is %q, want %q second", lead, want)
			}
		})
	}
}

func TestWhoIsBlindReadsOnlyThatAPlanIsShownLater(t *testing.T) {
	d := liked()
	d.Blind = true
	if s := Planned(d); len(s.Tables)+len(s.Notes) > 0 || len(s.Lead) != 1 || !strings.Contains(s.Lead[0], "once you are unblinded") {
		t.Errorf("%+v, want one sentence", s)
	}
	if lead := Tested(d, Outcomes(d)[0]).Lead[0]; strings.Contains(lead, "no planned comparisons") || !strings.HasPrefix(lead, "Exploratory: ") {
		t.Errorf("the lead of the tests is %q", lead)
	}
}

// A difference of 0.1 is not a tenth of a second.
func TestThePlanSaysThatTimesAreLogarithms(t *testing.T) {
	d := liked()
	d.Design.Preregistration.Comparisons[0].Outcome = study.OutcomeTime
	if c := cells(Planned(d).Tables[0].Rows[0]); !strings.Contains(c[1], "natural logarithm of seconds") {
		t.Errorf("the outcome is %q", c[1])
	}
}

// A comparison that cannot be tested says why and stays in its family.
func TestAComparisonWithoutATestStaysInItsFamily(t *testing.T) {
	d := liked()
	d.Design.Preregistration.Comparisons[2].Outcome = "annoyance.annoyance"
	rows := Planned(d).Tables[0].Rows
	if c := cells(rows[1]); c[plannedP] != none || c[plannedSays] != "not tested" || c[len(c)-1] != "the study does not ask for this outcome" {
		t.Errorf("an outcome that is not asked: %q", c)
	}
	if c := cells(rows[0]); c[plannedHolm] != "0.062" {
		t.Errorf("the other one of the family has %s after Holm, want 0.062", c[plannedHolm])
	}
	d = liked()
	for i := range d.Trials {
		if d.Trials[i].Condition.Code() == "stream/b/t" {
			d.Trials[i].Answers = nil
		}
	}
	if c := cells(Planned(d).Tables[0].Rows[1]); c[plannedSays] != "not tested" || !strings.Contains(c[len(c)-1], "too few people; P0: no value in stream/b/t") {
		t.Errorf("nobody has a value: %q", c)
	}
	if c := cells(Planned(d).Tables[1].Rows[0]); c[plannedSays] != "shown" {
		t.Errorf("the other network: %q", c)
	}
}

func TestAClaimWithAMarginIsToldWithIt(t *testing.T) {
	d := liked()
	c := d.Design.Preregistration.Comparisons[:1]
	c[0].Claim, c[0].Margin = study.NotLower, 0.5
	d.Design.Preregistration.Comparisons = c
	// all of 2^6 signs but the seen one give less: 1/64
	if got := cells(Planned(d).Tables[0].Rows[0]); got[3] != "not lower by 0.5 or more" || got[plannedP] != "0.016" || got[11] != "signed rank, one-sided, exact" {
		t.Errorf("%q", got)
	}
	c[0].Claim, c[0].Test = study.Equivalent, study.PairedT
	if got := cells(Planned(d).Tables[0].Rows[0]); got[3] != "differs by less than 0.5" || got[plannedSays] != "not shown" || got[11] != "paired t, two one-sided tests" {
		t.Errorf("%q", got)
	}
}

// The groups of parted have 2 3 4 5 each with the task that both do.
func TestPlannedGroupsAreComparedByWhatBothOfThemDid(t *testing.T) {
	d := parted()
	d.Design.Preregistration.Comparisons = []study.Comparison{{
		Name: "H1", Hypothesis: "They differ.", Outcome: "liking.liking", Factor: study.GroupFactor, First: "all", Second: "one", Claim: study.Differs, Test: study.MannWhitney,
	}}
	for i, x := range d.Trials {
		if x.Group == "all" {
			d.Trials[i].Answers = map[Asked]float64{{"liking", "liking"}: x.Answers[Asked{"liking", "liking"}] + 10}
		}
	}
	d.Trials[0].Answers = nil // P0, with the first task
	row := cells(Planned(d).Tables[0].Rows[0])
	// All three are above all four: 2 of the 35 ways to choose three of seven are as far out.
	if row[4] != "7" || row[5] != "10.500" || row[plannedP] != "0.057" || row[plannedSays] != "not shown" || row[11] != "Mann-Whitney, exact" || row[12] != "P0: no value in vnc/a/t; 3 and 4 people; no interval: too few people" {
		t.Errorf("%q", row)
	}
	d.Design = d.Design.For("all") // the page of one group
	if row := cells(Planned(d).Tables[0].Rows[0]); row[plannedSays] != "not tested" {
		t.Errorf("of one group: %q", row)
	}
}

// What is between people is judged by a model only where all groups did the same.
func TestAModelHasTheGroupWhereAllGroupsDidTheSame(t *testing.T) {
	d := ordered(func(person, position, condition int) float64 {
		return float64(1 + (person*person+position+2*condition)%7)
	})
	d.Design.Groups = []study.Group{{Name: "x"}, {Name: "y"}}
	for i := range d.Trials {
		d.Trials[i].Group = "x"
		if d.Trials[i].Participant > "P2" {
			d.Trials[i].Group = "y"
		}
	}
	has := func(s Section) bool {
		table := tableOf(s, "tests-own-liking-clmm")
		if table == nil {
			t.Fatalf("no model: %q", s.Notes)
		}
		return slices.ContainsFunc(table.Rows, func(r []Cell) bool { return r[0].Say == "group=y" })
	}
	if s := Tested(d, Outcomes(d)[0]); !has(s) || tableOf(s, "tests-own-liking-art") == nil {
		t.Errorf("the model has no group, or there is no ART: %q", s.Notes)
	}
	for i, x := range d.Trials {
		if x.Group == "y" && x.Condition.Code() == "vnc/a/t" {
			d.Trials[i].Answers = nil
		}
	}
	if s := Tested(d, Outcomes(d)[0]); has(s) || !notes(s, "the group is in no model") {
		t.Errorf("a group that lacks a condition is in a model: %q", s.Notes)
	}
}
