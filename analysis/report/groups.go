package report

import (
	"fmt"
	"slices"
	"strings"

	"vmstudy/analysis/stat"
	"vmstudy/study"
)

// groups compares people's means between groups, over the conditions that all groups meet: who did other things, or only some of these, would differ by
// them and not by the group.
func (t *tested) groups() {
	var names []string
	for _, g := range t.data.Design.Groups {
		names = append(names, g.Name)
	}
	if len(names) < 2 {
		return
	}
	common := shared(t.data.Design)
	if len(common) == 0 {
		t.note("Groups are not compared: there is no condition that all of them meet.")
		return
	}
	obs, left := t.data.means(t.outcome, names, common)
	table := Table{
		ID: t.section.ID + "-groups", Title: "Groups: Mann-Whitney test of people’s means",
		Columns: slices.Concat(texts("Compared"), numbers("n", "n of the first", "n of the second", "Ties", "U", "p"), texts("Distribution"), numbers("p, Holm", "Probability of superiority", "Hodges-Lehmann", "Low", "High"), texts("Left out, or why not")),
	}
	var ps []float64
	for i, a := range names {
		for _, b := range names[i+1:] {
			out := dropped(stat.Used{Dropped: slices.Concat(left[a], left[b])})
			m, err := stat.MannWhitney(obs, a, b)
			if err != nil {
				ps = append(ps, 1) // the family stays as it was stated
				table.Rows = append(table.Rows, slices.Concat([]Cell{text(a + " − " + b)}, slices.Repeat([]Cell{{Say: none}}, 12), []Cell{text(joined(why(err), out))}))
				continue
			}
			low, high, say := bounds(m.Shift.Interval, constant(obs, a) && constant(obs, b))
			ps = append(ps, m.P)
			table.Rows = append(table.Rows, []Cell{
				text(a + " − " + b), count(m.N), count(m.NA), count(m.NB), count(m.Ties), number(m.U, 1), pValue(m.P), text(distribution(m.Exact)), {}, number(m.Superior, 3), number(m.Shift.Estimate, 3), low, high, text(joined(out, say)),
			})
		}
	}
	holm(table.Rows, ps, 8)
	t.familyNote(len(ps), "all pairs of groups")
	var codes []string
	for _, c := range common {
		codes = append(codes, c.Code())
	}
	t.note("Groups: the mean of a person is over the conditions that all groups meet: %s. Who has no value in one of them is left out.", strings.Join(codes, ", "))
	t.add(table)
}

// shared are the conditions that the people of every group meet.
func shared(d study.Design) []study.Condition {
	common := d.Conditions()
	for _, g := range d.Groups {
		own := d.For(g.Name).Conditions()
		common = slices.DeleteFunc(common, func(c study.Condition) bool {
			return !slices.ContainsFunc(own, func(o study.Condition) bool { return o.Code() == c.Code() })
		})
	}
	return common
}

// means are the means of people, each over their values in some conditions, and who of each group lacks one of these.
func (d Data) means(outcome Outcome, groups []string, conditions []study.Condition) (obs []stat.Observation, left map[string][]stat.Dropped) {
	values := map[string]map[string]float64{} // by person and condition
	by := d.byCondition()
	for _, c := range conditions {
		for _, o := range observed(by[c.Code()], outcome.of, c.Code()) {
			if values[o.Participant] == nil {
				values[o.Participant] = map[string]float64{}
			}
			values[o.Participant][o.Condition] = o.Value
		}
	}
	left = map[string][]stat.Dropped{}
	seen := map[string]bool{}
	for _, x := range d.Trials {
		if seen[x.Participant] || !slices.Contains(groups, x.Group) {
			continue
		}
		seen[x.Participant] = true
		var all []float64
		var gaps []string
		for _, c := range conditions {
			if v, has := values[x.Participant][c.Code()]; has {
				all = append(all, v)
			} else {
				gaps = append(gaps, c.Code())
			}
		}
		if gaps != nil {
			left[x.Group] = append(left[x.Group], stat.Dropped{Participant: x.Participant, Why: fmt.Sprintf("no value in %s", strings.Join(gaps, ", "))})
			continue
		}
		obs = append(obs, stat.Observation{Participant: x.Participant, Condition: x.Group, Value: stat.Mean(all)})
	}
	return obs, left
}

// constant reports whether all values in a group are equal.
func constant(obs []stat.Observation, group string) bool {
	var own []float64
	for _, o := range obs {
		if o.Condition == group {
			own = append(own, o.Value)
		}
	}
	return allEqual(own)
}
