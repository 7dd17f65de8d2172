package study_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"vmstudy/study"
	"vmstudy/study/instrument"
)

// planned is a design with two planned comparisons that are sound.
func planned() study.Design {
	d := demo()
	d.Tasks = d.Tasks[:1]
	d.Preregistration = study.Preregistration{Participants: 24, Comparisons: []study.Comparison{
		{
			Name: "H1", Hypothesis: "The stream is liked no less.", Outcome: "satisfaction.satisfaction", Factor: study.MethodFactor, First: "stream", Second: "vnc",
			Claim: study.NotLower, Margin: 0.5, Test: study.SignedRank, Family: "liking",
		},
		{
			Name: "H2", Hypothesis: "More is done where nothing is far.", Outcome: study.OutcomeCompletion, Factor: study.MethodFactor, First: "vnc", Second: "local",
			Only: study.Crossing{Networks: []string{"slow"}}, Claim: study.Differs, Test: study.McNemar,
		},
	}}
	return d
}

func TestTheSidesOfAComparisonDifferInItsFactorOnly(t *testing.T) {
	d := planned()
	d.Factors = []study.FreeFactor{{Name: "light", Levels: []study.FreeLevel{{Name: "bright"}, {Name: "dark"}}, Only: study.Crossing{Networks: []string{"fast"}}}}
	for name, tc := range map[string]struct {
		of            study.Comparison
		first, second string
		without       []string // conditions that are left out
	}{
		"a method in all networks": {
			study.Comparison{Factor: study.MethodFactor, First: "stream", Second: "vnc"},
			"stream/fast/type/bright stream/fast/type/dark stream/slow/type/none", "vnc/fast/type/bright vnc/fast/type/dark vnc/slow/type/none", nil,
		},
		"a method in one network": {
			study.Comparison{Factor: study.MethodFactor, First: "stream", Second: "vnc", Only: study.Crossing{Networks: []string{"slow"}}},
			"stream/slow/type/none", "vnc/slow/type/none", nil,
		},
		"a method without a network": {
			study.Comparison{Factor: study.MethodFactor, First: "local", Second: "vnc"},
			"local/none/type/none", "vnc/slow/type/none", nil,
		},
		"a network": {
			study.Comparison{Factor: study.NetworkFactor, First: "fast", Second: "slow"}, "", "", nil, // they differ in the light, too
		},
		"a factor of the study": {
			study.Comparison{Factor: "light", First: "dark", Second: "bright", Only: study.Crossing{Methods: []string{"vnc"}}}, "vnc/fast/type/dark", "vnc/fast/type/bright", nil,
		},
		"what is left out on one side is left out on the other": {
			study.Comparison{Factor: study.MethodFactor, First: "stream", Second: "vnc"},
			"stream/fast/type/bright stream/fast/type/dark", "vnc/fast/type/bright vnc/fast/type/dark",
			[]string{"vnc/slow/type/none"},
		},
		"a factor that there is not": {study.Comparison{Factor: "noise", First: "a", Second: "b"}, "", "", nil},
	} {
		d.LeaveOut = tc.without
		first, second := d.Sides(tc.of)
		if a, b := strings.Join(codesOf(first), " "), strings.Join(codesOf(second), " "); a != tc.first || b != tc.second {
			t.Errorf("%s: %q and %q, want %q and %q", name, a, b, tc.first, tc.second)
		}
	}
}

// groupsPlanned is a planned comparison of two groups, of which one meets the slow network only.
func groupsPlanned() study.Design {
	d := planned()
	d.Groups = []study.Group{{Name: "novices"}, {Name: "experts", Crossing: study.Crossing{Networks: []string{"slow"}}}}
	d.Preregistration.Comparisons = []study.Comparison{{
		Name: "H1", Hypothesis: "Experts mind more.", Outcome: "satisfaction.satisfaction", Factor: study.GroupFactor, First: "novices", Second: "experts",
		Only: study.Crossing{Methods: []string{"vnc"}}, Claim: study.Differs, Test: study.MannWhitney,
	}}
	return d
}

func TestGroupsAreComparedOverWhatBothMeet(t *testing.T) {
	d := groupsPlanned()
	if all := d.Faults(); len(all) > 0 {
		t.Fatalf("a sound plan has faults: %v", all)
	}
	a, b := d.Sides(d.Preregistration.Comparisons[0])
	if got := strings.Join(codesOf(a), " "); got != "vnc/slow/type" || !slices.Equal(codesOf(a), codesOf(b)) {
		t.Errorf("%q and %q; want the slow network on both sides", codesOf(a), codesOf(b))
	}
	for name, tc := range map[string]struct {
		spoil func(*study.Design)
		at    string
	}{
		"no groups":                 {func(d *study.Design) { d.Groups = nil }, "factor"},
		"a group that there is not": {first(func(c *study.Comparison) { c.First = "children" }), "first"},
		"a group with itself":       {first(func(c *study.Comparison) { c.First = "experts" }), "second"},
		"nothing that both meet":    {func(d *study.Design) { d.Groups[0].Networks = []string{"fast"} }, "second"},
		"a test of pairs":           {first(func(c *study.Comparison) { c.Test = study.PairedT }), "test"},
		"a claim with a margin":     {first(func(c *study.Comparison) { c.Claim, c.Margin = study.NotLower, 1 }), "claim"},
		"completion":                {first(func(c *study.Comparison) { c.Outcome = study.OutcomeCompletion }), "outcome"},
		"methods by Mann-Whitney": {first(func(c *study.Comparison) {
			c.Factor, c.First, c.Second, c.Only = study.MethodFactor, "stream", "vnc", study.Crossing{}
		}), "test"},
	} {
		d := groupsPlanned()
		tc.spoil(&d)
		at := "preregistration.comparisons[0]." + tc.at
		if !slices.ContainsFunc(d.Faults(), func(f study.Fault) bool { return f.At == at && f.Say != "" }) {
			t.Errorf("%s: faults %v, want one at %s", name, d.Faults(), at)
		}
	}
}

func TestFaultsOfPlannedComparisonsHaveTheirPlace(t *testing.T) {
	if all := planned().Faults(); len(all) > 0 {
		t.Fatalf("a sound plan has faults: %v", all)
	}
	long := strings.Repeat("x", 2001)
	for name, tc := range map[string]struct {
		spoil func(*study.Design)
		at    string
	}{
		"fewer people than none":                   {func(d *study.Design) { d.Preregistration.Participants = -1 }, "participants"},
		"a stopping rule like a book":              {func(d *study.Design) { d.Preregistration.Stopping = strings.Repeat(long, 11) }, "stopping"},
		"exclusions like a book":                   {func(d *study.Design) { d.Preregistration.Exclusions = strings.Repeat(long, 11) }, "exclusions"},
		"too many comparisons":                     {func(d *study.Design) { d.Preregistration.Comparisons = make([]study.Comparison, 51) }, "comparisons"},
		"no name":                                  {first(func(c *study.Comparison) { c.Name = "" }), "comparisons[0].name"},
		"the name of another":                      {func(d *study.Design) { d.Preregistration.Comparisons[1].Name = "H1" }, "comparisons[1].name"},
		"a name of two lines":                      {first(func(c *study.Comparison) { c.Name = "H\n1" }), "comparisons[0].name"},
		"no hypothesis":                            {first(func(c *study.Comparison) { c.Hypothesis = " \n" }), "comparisons[0].hypothesis"},
		"a hypothesis like a book":                 {first(func(c *study.Comparison) { c.Hypothesis = long }), "comparisons[0].hypothesis"},
		"a family of two lines":                    {first(func(c *study.Comparison) { c.Family = "a\nb" }), "comparisons[0].family"},
		"no outcome":                               {first(func(c *study.Comparison) { c.Outcome = "" }), "comparisons[0].outcome"},
		"an outcome that is not asked":             {first(func(c *study.Comparison) { c.Outcome = "annoyance.annoyance" }), "comparisons[0].outcome"},
		"no factor":                                {first(func(c *study.Comparison) { c.Factor = "" }), "comparisons[0].factor"},
		"a factor that there is not":               {first(func(c *study.Comparison) { c.Factor = "light" }), "comparisons[0].factor"},
		"a level that there is not":                {first(func(c *study.Comparison) { c.First = "stream-best" }), "comparisons[0].first"},
		"another level that there is not":          {first(func(c *study.Comparison) { c.Second = "" }), "comparisons[0].second"},
		"a level with itself":                      {first(func(c *study.Comparison) { c.First = "vnc" }), "comparisons[0].second"},
		"in a network that there is not":           {first(func(c *study.Comparison) { c.Only.Networks = []string{"fast", "5G"} }), "comparisons[0].only.networks[1]"},
		"in some of the levels compared":           {first(func(c *study.Comparison) { c.Only.Methods = []string{"vnc"} }), "comparisons[0].only.methods"},
		"sides that have nothing in common":        {func(d *study.Design) { d.LeaveOut = []string{"vnc/fast/type", "stream/slow/type"} }, "comparisons[0].second"},
		"no claim":                                 {first(func(c *study.Comparison) { c.Claim = "" }), "comparisons[0].claim"},
		"no test":                                  {first(func(c *study.Comparison) { c.Test = "" }), "comparisons[0].test"},
		"ratings by McNemar’s test":                {first(func(c *study.Comparison) { c.Test = study.McNemar }), "comparisons[0].test"},
		"completion by another test":               {func(d *study.Design) { d.Preregistration.Comparisons[1].Test = study.PairedT }, "comparisons[1].test"},
		"completion in two networks at once":       {func(d *study.Design) { d.Preregistration.Comparisons[1].Only = study.Crossing{} }, "comparisons[1].test"},
		"completion of trials that are done twice": {func(d *study.Design) { d.Repetitions = 2 }, "comparisons[1].test"},
		"completion that is no worse":              {func(d *study.Design) { d.Preregistration.Comparisons[1].Claim = study.NotLower }, "comparisons[1].claim"},
		"no worse without a margin":                {first(func(c *study.Comparison) { c.Margin = 0 }), "comparisons[0].margin"},
		"a margin below 0":                         {first(func(c *study.Comparison) { c.Margin = -1 }), "comparisons[0].margin"},
		"a difference with a margin":               {first(func(c *study.Comparison) { c.Claim = study.Differs }), "comparisons[0].margin"},
		"conditions that no group meets together": {func(d *study.Design) {
			d.Groups = []study.Group{{Name: "near", Crossing: study.Crossing{Networks: []string{"fast"}}}, {Name: "far", Crossing: study.Crossing{Networks: []string{"slow"}}}}
		}, "comparisons[0].second"},
	} {
		d := planned()
		tc.spoil(&d)
		at := "preregistration." + tc.at
		i := slices.IndexFunc(d.Faults(), func(f study.Fault) bool { return f.At == at })
		if i < 0 || d.Faults()[i].Say == "" {
			t.Errorf("%s: faults %v, want one at %s", name, d.Faults(), at)
		}
	}
}

// first spoils the first comparison of a design.
func first(spoil func(*study.Comparison)) func(*study.Design) {
	return func(d *study.Design) { spoil(&d.Preregistration.Comparisons[0]) }
}

func TestAnOutcomeIsInTheWordsOfTheStudy(t *testing.T) {
	d := planned()
	d.Questionnaires = []instrument.Instrument{{ID: "satisfaction", Version: 1, Title: study.Plain("T"), Items: []instrument.Item{{ID: "liking", Text: study.Plain("Q"), Kind: instrument.Scale, To: 3 * instrument.One}}}}
	if got := fmt.Sprint(d.Faults()); !strings.Contains(got, "comparisons[0].outcome") {
		t.Errorf("faults %s, want that the questionnaire has no question satisfaction", got)
	}
}
