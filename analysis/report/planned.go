package report

import (
	"fmt"
	"slices"
	"strings"

	"vmstudy/analysis/model"
	"vmstudy/analysis/stat"
	"vmstudy/study"
)

// unblinded is all that somebody who is blind reads of a plan, whether there is one or not.
const unblinded = "You are blind in this study. If comparisons are planned, they are shown once you are unblinded."

// Planned shows the comparisons that the design has planned. These are confirmatory, and nothing else is.
func Planned(d Data) Section {
	s := Section{ID: "planned", Title: "Planned comparisons"}
	if d.Blind {
		s.Lead = []string{unblinded}
		return s
	}
	all := d.Design.Preregistration.Comparisons
	if len(all) == 0 {
		return s
	}
	s.Lead = plannedLead(d)
	for _, c := range all {
		s.Lead = append(s.Lead, c.Name+": "+c.Hypothesis)
	}
	for i, family := range families(all) {
		s.Tables = append(s.Tables, d.family(fmt.Sprintf("planned-%d", i+1), family))
	}
	s.Notes = []string{
		"What a participant has for a level is the mean of their values in the conditions that are compared; who lacks one of these is left out. A difference is the first level less the second.",
		"Signed rank: Wilcoxon’s test, exact up to 100 people, zeros by Pratt’s rule; the difference is Hodges and Lehmann’s shift. Paired t: the difference is the mean. McNemar: exact; the difference is of shares, in percent.",
		"A claim with a margin is tested by one-sided tests at that margin, “differs by less” by two of them (TOST). Its interval has 90 %, as goes with one-sided tests at 5 %; that of a difference has 95 %. Intervals are not corrected for the size of the family.",
		"A comparison is shown if its p-value is below 0.05 after Holm’s correction over its family. One that cannot be tested stays in its family. What is not shown is not disproved.",
	}
	return s
}

// plannedLead says whether what follows is confirmatory.
func plannedLead(d Data) []string {
	if d.Unplanned != "" {
		return []string{fmt.Sprintf("Exploratory: %s, and the plan is about other data. Choose one version and all groups, and leave out pilots, to see what was planned.", d.Unplanned)}
	}
	lead := []string{"Confirmatory: these comparisons stand in the version that people took part in, with their tests, margins and families, so they were fixed before the first of these people came. Nothing else on this page is confirmatory."}
	switch goal, n := d.Design.Preregistration.Participants, d.finished(); {
	case goal == 0:
		lead = append(lead, "No number of participants was planned. Whoever stops by the results finds too much.")
	case n < goal:
		lead = append(lead, fmt.Sprintf("An interim look: %d of the %d planned participants have finished and count. Whoever decides by it when to stop finds too much.", n, goal))
	case n > goal:
		lead = append(lead, fmt.Sprintf("%d participants have finished and count, and %d were planned. That number does not say how the rest came: hold it against the planned rule for stopping.", n, goal))
	}
	if people, trials := d.excluded(); people+trials > 0 {
		lead = append(lead, fmt.Sprintf(
			"Excluded by hand: %d %s, and %d %s of people who count. Hold that against the planned exclusions.", people, plural(people, "person", "people"), trials, plural(trials, "trial", "trials")))
	}
	return lead
}

// excluded counts what experimenters have excluded: people, and trials of people who count.
func (d Data) excluded() (people, trials int) {
	for _, v := range d.Visits {
		if v.Why == study.WasExcluded {
			people++
		}
		for _, t := range v.Trials {
			if t.Why == study.TrialExcluded {
				trials++
			}
		}
	}
	return people, trials
}

// finished counts the visits that count and came to their end.
func (d Data) finished() (n int) {
	for _, v := range d.Visits {
		if v.Why == study.Counts && v.Finished {
			n++
		}
	}
	return n
}

// exploratory says what tests are that no plan names.
func exploratory(d Data) string {
	if d.Blind {
		return "Exploratory: a small p-value is a hint and no finding. If comparisons are planned, they are shown once you are unblinded."
	}
	if len(d.Design.Preregistration.Comparisons) == 0 {
		return "Exploratory: this study has no planned comparisons on record, so a small p-value is a hint and no finding."
	}
	return "Exploratory: the planned comparisons are in a section of their own. A small p-value here is a hint and no finding, also where it is of conditions that the plan compares by another test or in another family."
}

// families parts comparisons by their families, in the order of the plan.
func families(all []study.Comparison) (parts [][]study.Comparison) {
	for _, c := range all {
		i := slices.IndexFunc(parts, func(p []study.Comparison) bool { return p[0].Family == c.Family })
		if i < 0 {
			i, parts = len(parts), append(parts, nil)
		}
		parts[i] = append(parts[i], c)
	}
	return parts
}

// Where the columns of a family's table stand.
const (
	plannedP    = 8
	plannedHolm = 9
	plannedSays = 10
)

// family is the table of the comparisons of one family.
func (d Data) family(id string, all []study.Comparison) Table {
	name := ""
	if all[0].Family != "" {
		name = " “" + all[0].Family + "”"
	}
	size := "one comparison"
	if len(all) > 1 {
		size = fmt.Sprintf("%d comparisons, corrected together", len(all))
	}
	t := Table{
		ID: id, Title: "Family" + name + ": " + size, Open: true,
		Columns: slices.Concat(texts("Comparison", "Outcome", "Compared", "Claim"), numbers("n", "Difference", "Low", "High", "p", "p, Holm"), texts("At 5 %", "Test", "Left out, or why not")),
	}
	var ps []float64
	for _, c := range all {
		row, p := d.comparison(c)
		t.Rows, ps = append(t.Rows, row), append(ps, p)
	}
	corrected, err := stat.Holm(ps)
	if err != nil {
		return t
	}
	for i, p := range corrected {
		if t.Rows[i][plannedP].Say != none {
			t.Rows[i][plannedHolm], t.Rows[i][plannedSays] = pValue(p), text("not shown")
			if p < 0.05 {
				t.Rows[i][plannedSays] = text("shown")
			}
		}
	}
	return t
}

// comparison is the row of a planned comparison, and its p-value: 1 if it cannot be tested.
func (d Data) comparison(c study.Comparison) ([]Cell, float64) {
	row := []Cell{text(c.Name), text(c.Outcome), text(contrast(c)), text(c.Shows())}
	untested := func(n Cell, why string) ([]Cell, float64) {
		return slices.Concat(row, []Cell{n}, slices.Repeat([]Cell{{Say: none}}, plannedHolm-len(row)), []Cell{text("not tested"), text(testName(c, false)), text(why)}), 1
	}
	o, there := d.planned(c)
	if !there {
		return untested(Cell{Say: none}, "the study does not ask for this outcome")
	}
	row[1] = text(o.scaled())
	pairs, err := d.pairs(c, o)
	if err != nil {
		return untested(count(pairs.N), joined(why(err), dropped(pairs.Used)))
	}
	v, err := model.Judge(c, pairs)
	if err != nil {
		return untested(count(pairs.N), joined(whyNoMcNemar(err), dropped(pairs.Used)))
	}
	factor := 1.0
	if o.kind == completedOutcome {
		factor = 100
	}
	low, high, say := Cell{Say: none}, Cell{Say: none}, ""
	if v.Interval != nil {
		low, high = number(factor*v.Interval.Low, 3), number(factor*v.Interval.High, 3)
	} else {
		_, _, say = bounds(nil, allEqual(pairs.Differences))
	}
	return append(row, count(v.N), number(factor*v.Estimate, 3), low, high, pValue(v.P), Cell{}, Cell{}, text(testName(c, v.Exact)), text(joined(dropped(v.Used), say))), v.P
}

// pairs are what people have on both sides of a comparison.
func (d Data) pairs(c study.Comparison, o Outcome) (stat.Paired, error) {
	first, second := d.Design.Sides(c)
	by := d.byCondition()
	var obs []stat.Observation
	var codes [2][]string
	for i, side := range [][]study.Condition{first, second} {
		for _, x := range side {
			obs = append(obs, observed(by[x.Code()], o.of, x.Code())...)
			codes[i] = append(codes[i], x.Code())
		}
	}
	return stat.Contrasted(obs, codes[0], codes[1])
}

// planned returns the outcome of a comparison, if the study has it.
func (d Data) planned(c study.Comparison) (Outcome, bool) {
	id := map[string]string{study.OutcomeCompletion: "completion", study.OutcomeTime: "time-on-task"}[c.Outcome]
	instrument, name, _ := c.Asked()
	for _, o := range Outcomes(d) {
		if id != "" && o.ID == id || o.kind == ratedOutcome && o.rated.Asked == (Asked{instrument, name}) || o.kind == scoredOutcome && o.ID == address(instrument)+"-"+name {
			return o, true
		}
	}
	for _, in := range d.Instruments {
		if in.ID != instrument {
			continue
		}
		for _, m := range in.Measures {
			if m.ID == name {
				title, _, _ := strings.Cut(m.Meaning, ",")
				return Outcome{Title: title, kind: scoredOutcome, unit: m.Unit, of: Asked{instrument, name}.of}, true
			}
		}
		for _, q := range in.Questions() {
			if q.ID == name && q.Numeric() {
				return Outcome{Title: d.Design.Reading(q.Name()), kind: scoredOutcome, unit: "points", of: Asked{instrument, name}.answer}, true
			}
		}
	}
	return Outcome{}, false
}

// contrast says what is compared, and where.
func contrast(c study.Comparison) string {
	say := c.First + " − " + c.Second
	if where := slices.Concat(c.Only.Methods, c.Only.Networks, c.Only.Tasks); len(where) > 0 {
		say += " (" + strings.Join(where, ", ") + ")"
	}
	return say
}

// testName says by which test a comparison is decided.
func testName(c study.Comparison, exact bool) string {
	name := map[study.PlannedTest]string{study.SignedRank: "signed rank", study.PairedT: "paired t", study.McNemar: "McNemar"}[c.Test]
	switch {
	case c.Claim == study.Equivalent:
		name += ", two one-sided tests"
	case c.Claim != study.Differs:
		name += ", one-sided"
	}
	if exact {
		name += ", exact"
	}
	return name
}
