package study

import (
	"math"
	"slices"
	"strings"

	"vmstudy/study/instrument"
)

// Limits of what a study plans.
const (
	MaxComparisons = 50
	maxAnalysed    = 100_000
	maxMargin      = 1e6
	maxHypothesis  = 2000 // bytes
	maxLabel       = 40   // bytes of a name of a comparison or a family
)

func (d Design) checkPreregistration(f faults) {
	f = f.within("preregistration")
	p := d.Preregistration
	f.unless(p.Participants >= 0 && p.Participants <= maxAnalysed, "participants", "say how many participants are to be analysed: 1 to %d, or nothing", maxAnalysed)
	f.unless(len(p.Stopping) <= maxText, "stopping", "a text is longer than %d characters", maxText)
	f.unless(len(p.Exclusions) <= maxText, "exclusions", "a text is longer than %d characters", maxText)
	if !f.unless(len(p.Comparisons) <= MaxComparisons, "comparisons", "%d comparisons are more than %d", len(p.Comparisons), MaxComparisons) {
		return
	}
	for i, c := range p.Comparisons {
		f := f.within(item("comparisons", i))
		f.unless(c.Name != "" && len(c.Name) <= maxLabel && isLine(c.Name), "name", "a comparison needs a name of 1 to %d characters, such as H1", maxLabel)
		f.unless(!slices.ContainsFunc(p.Comparisons[:i], func(o Comparison) bool { return o.Name == c.Name }), "name", "comparison %q is there twice", c.Name)
		f.unless(strings.TrimSpace(c.Hypothesis) != "", "hypothesis", "write what you expect, in words")
		f.unless(len(c.Hypothesis) <= maxHypothesis, "hypothesis", "a hypothesis is longer than %d characters", maxHypothesis)
		f.unless(len(c.Family) <= maxLabel && isLine(c.Family), "family", "a family has a name of at most %d characters, in one line", maxLabel)
		d.checkOutcome(f, c)
		d.checkSides(f, c)
		c.checkTest(f)
	}
}

// checkOutcome checks that every trial that counts has the outcome.
func (d Design) checkOutcome(f faults, c Comparison) {
	if c.Outcome == OutcomeCompletion || c.Outcome == OutcomeTime {
		return
	}
	id, name, is := c.Asked()
	if !f.unless(is && slices.Contains(d.Instruments, id), "outcome",
		"choose what is compared: %s, %s, or a question or measure of what is asked after every trial", OutcomeCompletion, OutcomeTime) {
		return
	}
	own, known := d.Questionnaire(id)
	f.unless(!known || numeric(own, name), "outcome", "questionnaire %q has no measure and no question for a number that is called %q", id, name)
}

// numeric reports whether an instrument has a measure or a question for a number with a name.
func numeric(in instrument.Instrument, name string) bool {
	return slices.ContainsFunc(in.Measures, func(m instrument.Measure) bool { return m.ID == name }) ||
		slices.ContainsFunc(in.Questions(), func(q instrument.Item) bool { return q.ID == name && q.Numeric() })
}

// checkSides checks that there is something to compare.
func (d Design) checkSides(f faults, c Comparison) {
	if c.BetweenGroups() {
		d.checkGroupSides(f, c)
		return
	}
	at := d.placeOf(c.Factor)
	if !f.unless(at >= 0, "factor", "choose the factor whose levels are compared: method, network, task, one of the study, or group") {
		return
	}
	d.checkNames(f, "only", c.Only)
	for i, list := range []struct {
		at    string
		names []string
	}{methodAt: {"methods", c.Only.Methods}, networkAt: {"networks", c.Only.Networks}, taskAt: {"tasks", c.Only.Tasks}} {
		f.unless(i != at || len(list.names) == 0, "only."+list.at, "levels of this factor are compared, so none can be chosen here")
	}
	if !d.Countable() {
		return // which has a fault of its own
	}
	f.unless(d.hasLevel(at, c.First), "first", "the %s has no level that is called %q", c.Factor, c.First)
	if !f.unless(d.hasLevel(at, c.Second), "second", "the %s has no level that is called %q", c.Factor, c.Second) ||
		!f.unless(c.First != c.Second, "second", "a level cannot be compared with itself") {
		return
	}
	first, second := d.Sides(c)
	if d.hasLevel(at, c.First) {
		f.unless(len(first) > 0, "second", "no condition with %s differs from one with %s in the %s only", c.First, c.Second, c.Factor)
	}
	f.unless(c.Test != McNemar || len(first) <= 1 && len(second) <= 1 && d.Repetitions <= 1, "test",
		"McNemar’s test is of yes or no: it compares one trial with one, so choose one condition for each level, which is done once")
	f.unless(d.metTogether(slices.Concat(first, second)), "second", "no group of participants meets all the conditions that are compared")
}

// checkGroupSides checks that there are two groups that meet some of the conditions.
func (d Design) checkGroupSides(f faults, c Comparison) {
	d.checkNames(f, "only", c.Only)
	if !f.unless(len(d.Groups) > 1, "factor", "the study has no groups of participants that could be compared") {
		return
	}
	known := f.unless(d.group(c.First) != nil, "first", "the study has no group that is called %q", c.First)
	known = f.unless(d.group(c.Second) != nil, "second", "the study has no group that is called %q", c.Second) && known
	if known && f.unless(c.First != c.Second, "second", "a group cannot be compared with itself") && d.Countable() {
		f.unless(len(d.metByBoth(c)) > 0, "second", "the people of %s and those of %s meet no condition that both of them know", c.First, c.Second)
	}
}

// hasLevel reports whether some condition has a level at a place of its names.
func (d Design) hasLevel(at int, name string) bool {
	return slices.ContainsFunc(d.Conditions(), func(c Condition) bool { return c.Names()[at] == name })
}

// checkTest checks that the test suits the outcome and what is claimed.
func (c Comparison) checkTest(f faults) {
	f.unless(slices.Contains(Claims(), c.Claim), "claim", "choose what the comparison is to show")
	f.unless(slices.Contains(PlannedTests(), c.Test), "test", "choose the test")
	f.unless(c.Test == "" || c.BetweenGroups() == (c.Test == MannWhitney), "test", "groups are of different people: they are compared by the Mann-Whitney test, which compares nothing else")
	f.unless(c.Test != MannWhitney || c.Claim == Differs || c.Claim == "", "claim", "the Mann-Whitney test shows a difference only")
	f.unless(!c.BetweenGroups() || c.Outcome != OutcomeCompletion, "outcome", "completion is not compared between groups: choose a question, a measure or the time on task")
	f.unless(c.Outcome != OutcomeCompletion || c.Test == McNemar || c.Test == "" || c.BetweenGroups(), "test", "completion is yes or no: it is compared by McNemar’s test")
	f.unless(c.Outcome == OutcomeCompletion || c.Test != McNemar, "test", "McNemar’s test is of yes or no: it compares completion only")
	f.unless(c.Test != McNemar || c.Claim == Differs || c.Claim == "", "claim", "McNemar’s test shows a difference only")
	switch {
	case c.Claim == Differs:
		f.unless(c.Margin == 0, "margin", "a test of a difference has no margin: leave it out")
	case c.Claim != "":
		f.unless(c.Margin > 0 && c.Margin <= maxMargin && !math.IsNaN(c.Margin), "margin", "say from which difference on it would matter: a number above 0, in the unit of the outcome")
	}
}
