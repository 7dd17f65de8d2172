package report

import (
	"fmt"
	"slices"

	"vmstudy/analysis/stat"
	"vmstudy/study"
)

// omnibus asks whether any of all conditions with a network, or of all, differ.
func (t *tested) omnibus() {
	all := t.data.Design.Conditions()
	networked := slices.DeleteFunc(slices.Clone(all), func(c study.Condition) bool { return !c.Method.Networked() })
	if len(networked) >= 3 {
		all = networked
	}
	if len(all) < 3 {
		return
	}
	var obs []stat.Observation
	var names []string
	for _, c := range all {
		obs = append(obs, t.observed(c)...)
		names = append(names, c.Code())
	}
	if t.outcome.kind == completedOutcome {
		t.cochran(obs, names)
		return
	}
	f, err := stat.Friedman(obs, names)
	if err != nil {
		t.note("Friedman’s test of %d conditions cannot be done: %s.", len(names), why(err))
		return
	}
	exact := Cell{Say: none}
	if f.Exact {
		exact = pValue(f.ExactP)
	}
	fs := []Cell{number(f.F, 3), number(f.FDF1, 0), number(f.FDF2, 0), pValue(f.FP)}
	if f.F == 0 && f.FP == 0 { // it would be infinite
		fs[0], fs[3] = Cell{Say: none}, Cell{Say: none}
		t.note("Friedman: all people rank the conditions alike, so F has no end, and no p.")
	}
	t.add(Table{
		ID: t.section.ID + "-friedman", Title: fmt.Sprintf("All %d conditions: Friedman’s test", len(names)),
		Columns: slices.Concat(numbers("n", "People with ties", "χ²", "df", "p", "p, exact", "Kendall’s W", "F", "df1", "df2", "p of F"), texts("Left out")),
		Rows: [][]Cell{slices.Concat(
			[]Cell{count(f.N), count(f.Ties), number(f.Chi2, 3), number(f.DF, 0), pValue(f.P), exact, number(f.W, 3)}, fs, []Cell{text(dropped(f.Used))},
		)},
	})
	t.note("Friedman: who lacks one of the conditions is left out. F is that of Iman and Davenport, which keeps its level better with few people.")
}

func (t *tested) cochran(obs []stat.Observation, names []string) {
	q, err := stat.CochranQ(obs, names)
	if err != nil {
		t.note("Cochran’s test of %d conditions cannot be done: %s.", len(names), why(err))
		return
	}
	exact := Cell{Say: none}
	if q.Exact {
		exact = pValue(q.ExactP)
	}
	t.add(Table{
		ID: t.section.ID + "-cochran", Title: fmt.Sprintf("All %d conditions: Cochran’s Q", len(names)),
		Columns: slices.Concat(numbers("n", "Alike everywhere", "Q", "df", "p", "p, exact", "η²"), texts("Left out")),
		Rows:    [][]Cell{{count(q.N), count(q.Alike), number(q.Q, 3), number(q.DF, 0), pValue(q.P), exact, number(q.Eta2, 3), text(dropped(q.Used))}},
	})
}
