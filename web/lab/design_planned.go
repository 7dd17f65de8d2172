package lab

import (
	"net/url"
	"slices"
	"strings"

	"vmstudy/questionnaire"
	"vmstudy/study"
	"vmstudy/web/view"
)

// comparisonList is the path of the planned comparisons.
const comparisonList = "preregistration.comparisons"

// comparisonRows returns the rows of the planned comparisons as they were typed. d is the design that the fields say.
func comparisonRows(in url.Values, d study.Design) (all []view.ComparisonRow) {
	for i := range rows(in, comparisonList) {
		at := row(comparisonList, i)
		c := view.ComparisonRow{
			Number: i + 1, At: at, Drop: dropRow + at, Only: crossingChoices(in, at+".only", d),
			Outcomes: withTyped(outcomeChoices(d), in.Get(at+".outcome")), Factors: withTyped(factorChoices(d), in.Get(at+".factor")),
			First: levelsWith(d, in.Get(at+".first")), Second: levelsWith(d, in.Get(at+".second")),
			Claims: []view.Choice{{Label: "choose…"}}, Tests: []view.Choice{{Label: "choose…"}},
		}
		for _, claim := range study.Claims() {
			c.Claims = append(c.Claims, view.Choice{Value: string(claim), Label: claimNames[claim]})
		}
		for _, test := range study.PlannedTests() {
			c.Tests = append(c.Tests, view.Choice{Value: string(test), Label: testNames[test]})
		}
		for field := range in {
			c.Narrowed = c.Narrowed || strings.HasPrefix(field, at+".only.")
		}
		all = append(all, c)
	}
	return all
}

var claimNames = map[study.Claim]string{
	study.Differs: "they differ", study.NotLower: "the first is not lower by the margin", study.NotHigher: "the first is not higher by the margin", study.Equivalent: "they differ by less than the margin",
}

var testNames = map[study.PlannedTest]string{
	study.SignedRank: "Wilcoxon’s signed rank, exact", study.PairedT: "paired t", study.McNemar: "McNemar’s, exact (completion)", study.MannWhitney: "Mann-Whitney, exact (groups)",
}

// outcomeChoices are the outcomes that every trial of d has.
func outcomeChoices(d study.Design) []view.Choice {
	all := []view.Choice{{Label: "choose…"}}
	for _, id := range d.Instruments {
		in, err := questionnaire.Of(d, id)
		if err != nil {
			continue // the fault of the design says so
		}
		title := d.Reading(in.Title)
		for _, m := range in.Measures {
			all = append(all, view.Choice{Value: id + "." + m.ID, Label: title + ": " + m.ID})
		}
		for _, q := range in.Questions() {
			value := id + "." + q.ID
			if q.Numeric() && !slices.ContainsFunc(all, func(c view.Choice) bool { return c.Value == value }) {
				all = append(all, view.Choice{Value: value, Label: title + ": " + q.ID})
			}
		}
	}
	return append(all,
		view.Choice{Value: study.OutcomeTime, Label: "Time on task, logarithm of seconds"},
		view.Choice{Value: study.OutcomeCompletion, Label: "Completion of the task"},
	)
}

// factorChoices are the factors whose levels can be compared.
func factorChoices(d study.Design) []view.Choice {
	all := []view.Choice{{Label: "choose…"}}
	for _, f := range d.FactorNames() {
		label := string(f)
		if name, always := factorNames[f]; always {
			label = name
		}
		all = append(all, view.Choice{Value: string(f), Label: label})
	}
	if len(d.Groups) > 0 {
		all = append(all, view.Choice{Value: string(study.GroupFactor), Label: "group (between people)"})
	}
	return all
}

// levelsWith are the levels of each factor. One that was typed, and that no factor has, stands first.
func levelsWith(d study.Design, typed string) []view.LevelsOf {
	all := []view.LevelsOf{
		{Factor: "access method", Levels: choices(names(d.Methods, study.Access.Level))},
		{Factor: "network", Levels: choices(names(d.Networks, func(n study.NamedNetwork) string { return n.Name }))},
		{Factor: "task", Levels: choices(names(d.Tasks, study.Task.Level))},
	}
	for _, x := range d.Factors {
		all = append(all, view.LevelsOf{Factor: x.Name, Levels: choices(names(x.Levels, func(l study.FreeLevel) string { return l.Name }))})
	}
	if len(d.Groups) > 0 {
		all = append(all, view.LevelsOf{Factor: "group", Levels: choices(names(d.Groups, func(g study.Group) string { return g.Name }))})
	}
	known := typed == ""
	for _, x := range all {
		known = known || slices.ContainsFunc(x.Levels, func(c view.Choice) bool { return c.Value == typed })
	}
	if !known {
		all = append([]view.LevelsOf{{Factor: "not in the study", Levels: choices([]string{typed})}}, all...)
	}
	return all
}

func choices(values []string) (all []view.Choice) {
	for _, v := range values {
		all = append(all, view.Choice{Value: v, Label: v})
	}
	return all
}

// withTyped adds what was typed to the choices, if it is none of them: nobody could see otherwise what the fault is about.
func withTyped(all []view.Choice, typed string) []view.Choice {
	if typed == "" || slices.ContainsFunc(all, func(c view.Choice) bool { return c.Value == typed }) {
		return all
	}
	return append(all, view.Choice{Value: typed, Label: typed + " (not in the study)"})
}
