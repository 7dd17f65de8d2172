package report

import (
	"fmt"
	"slices"
	"strings"

	"vmstudy/analysis/stat"
	"vmstudy/study"
)

// Tested are the tests and models of one outcome. They may take seconds, or a minute in a large study.
func Tested(d Data, o Outcome) Section {
	s := Section{ID: "tests-" + o.ID, Title: o.Title}
	if s, refused := refusedSearch(d, s); refused {
		return s
	}
	if !slices.ContainsFunc(d.Trials, func(t *Trial) bool { _, has := o.of(t); return has }) {
		s.Lead = []string{"No trial that counts has a value of it."}
		return s
	}
	s.Lead = []string{exploratory(d)}
	t := tested{data: d, outcome: o, layout: Laid(d.Design), by: d.byCondition(), section: &s}
	t.pairs()
	t.baseline()
	t.omnibus()
	t.groups()
	t.models()
	return s
}

// tested gathers the tests of an outcome.
type tested struct {
	data    Data
	outcome Outcome
	layout  Layout
	by      map[string][]*Trial
	section *Section
}

func (t *tested) add(table Table) {
	if len(table.Rows) > 0 {
		t.section.Tables = append(t.section.Tables, table)
	}
}

func (t *tested) note(say string, args ...any) {
	say = fmt.Sprintf(say, args...)
	if !slices.Contains(t.section.Notes, say) {
		t.section.Notes = append(t.section.Notes, say)
	}
}

// observed returns people's values in a condition.
func (t *tested) observed(c study.Condition) []stat.Observation {
	return observed(t.by[c.Code()], t.outcome.of, c.Code())
}

// A compared is a pair of conditions of a family.
type compared struct {
	where string
	a, b  study.Condition
	names [2]string
}

// family are the pairs of the layout.
func (t *tested) family() (all []compared) {
	for _, s := range t.layout.Settings {
		for _, p := range s.Pairs {
			all = append(all, compared{s.Label, s.Conditions[p.A], s.Conditions[p.B], [2]string{s.Levels[p.A], s.Levels[p.B]}})
		}
	}
	return all
}

func (t *tested) pairs() {
	for _, say := range t.layout.Apart {
		t.note("%s", say)
	}
	family := t.family()
	if len(family) == 0 {
		t.note("No condition differs from another in one factor only, so no pair of conditions is tested.")
		return
	}
	of := fmt.Sprintf("all pairs that differ in the %s only", t.layout.Factor)
	if t.layout.First {
		of += fmt.Sprintf("; where there are more than %d levels, each with the first only", allPairs)
	}
	switch t.outcome.kind {
	case ratedOutcome:
		t.signedRanks("pairs", "Pairs: Wilcoxon’s signed rank test", family, of)
	case completedOutcome:
		t.mcnemar(family, of)
	default:
		t.signedRanks("pairs", "Pairs: Wilcoxon’s signed rank test", family, of)
		t.pairedT(family, of)
	}
}

// baseline compares the conditions without a network with those that have one and the same task.
func (t *tested) baseline() {
	var family []compared
	all := t.data.Design.Conditions()
	for _, base := range all {
		for _, c := range all {
			if base.Method.Networked() || !c.Method.Networked() || !slices.Equal(base.Names()[taskAt:], c.Names()[taskAt:]) {
				continue
			}
			family = append(family, compared{strings.Join(c.Names()[taskAt:], ", "), c, base, [2]string{c.Access.Level() + ", " + c.Network.Name, base.Access.Level()}})
		}
	}
	if len(family) == 0 || t.outcome.kind == completedOutcome {
		return
	}
	t.signedRanks("baseline", "Against the baseline: Wilcoxon’s signed rank test", family, "all conditions with a network against the one without")
}

// familyNote says over what p-values are corrected.
func (t *tested) familyNote(n int, of string) {
	t.note("Holm’s correction is over %d %s: %s.", n, plural(n, "pair", "pairs"), of)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// refused notes why a model has no numbers.
func (t *tested) refused(what string, err error) {
	say := study.Sentence(err)
	if say == "" {
		say = err.Error()
	}
	t.note("%s: refused. %s", what, say)
}
