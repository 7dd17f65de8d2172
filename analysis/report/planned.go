package report

import (
	"fmt"
	"slices"
	"strings"

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
	judged := Judged(d)
	for i, family := range families(judged) {
		s.Tables = append(s.Tables, familyTable(fmt.Sprintf("planned-%d", i+1), judged, family))
	}
	s.Notes = []string{
		"What a participant has for a level is the mean of their values in the conditions that are compared; who lacks one of these is left out. A difference is the first level less the second.",
		"Signed rank: Wilcoxon’s test, exact up to 100 people, zeros by Pratt’s rule; the difference is Hodges and Lehmann’s shift. Paired t: the difference is the mean. McNemar: exact; the difference is of shares, in percent. Mann-Whitney: of people’s means in two groups, over the conditions that both groups meet; exact up to 100 people; the difference is Hodges and Lehmann’s shift.",
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

// excluded counts what experimenters have decided not to count: people, and trials of people who count.
func (d Data) excluded() (people, trials int) {
	for _, v := range d.Visits {
		if v.Why.ByHand() {
			people++
		}
		if v.Why != study.Counts {
			continue
		}
		for _, t := range v.Trials {
			if t.Why.ByHand() {
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

// Where the columns of a family's table stand.
const (
	plannedP    = 8
	plannedHolm = 9
	plannedSays = 10
)

// familyTable is the table of the comparisons of one family.
func familyTable(id string, judged []Judgement, family []int) Table {
	name := ""
	if first := judged[family[0]]; first.Family != "" {
		name = " “" + first.Family + "”"
	}
	size := "one comparison"
	if len(family) > 1 {
		size = fmt.Sprintf("%d comparisons, corrected together", len(family))
	}
	t := Table{
		ID: id, Title: "Family" + name + ": " + size, Open: true,
		Columns: slices.Concat(texts("Comparison", "Outcome", "Compared", "Claim"), numbers("n", "Difference", "Low", "High", "p", "p, Holm"), texts("At 5 %", "Test", "Left out, or why not")),
	}
	for _, i := range family {
		t.Rows = append(t.Rows, judged[i].row())
	}
	return t
}

// row is the row of a comparison in the table of its family.
func (j Judgement) row() []Cell {
	row := []Cell{text(j.Name), text(j.Of), text(contrast(j.Comparison)), text(j.Shows())}
	if !j.Tested {
		n := count(j.N)
		if len(j.First) == 0 {
			n = Cell{Say: none}
		}
		return slices.Concat(row, []Cell{n}, slices.Repeat([]Cell{{Say: none}}, plannedSays-len(row)-1), []Cell{text(j.Says()), text(testName(j.Comparison, false)), text(joined(j.Why, j.Left()))})
	}
	factor := 1.0
	if j.percent {
		factor = 100
	}
	low, high, say := Cell{Say: none}, Cell{Say: none}, ""
	if j.BetweenGroups() {
		say = fmt.Sprintf("%d and %d people", j.NFirst, j.NSecond)
	}
	if j.Interval != nil {
		low, high = number(factor*j.Interval.Low, 3), number(factor*j.Interval.High, 3)
	} else {
		_, _, no := bounds(nil, j.equal)
		say = joined(say, no)
	}
	return append(row, count(j.N), number(factor*j.Estimate, 3), low, high, pValue(j.P), pValue(j.Corrected), text(j.Says()), text(testName(j.Comparison, j.Exact)), text(joined(j.Left(), say)))
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
	name := map[study.PlannedTest]string{study.SignedRank: "signed rank", study.PairedT: "paired t", study.McNemar: "McNemar", study.MannWhitney: "Mann-Whitney"}[c.Test]
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
