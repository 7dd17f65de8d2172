package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"vmstudy/analysis/model"
	"vmstudy/analysis/stat"
	"vmstudy/study"
)

// An Outcome is what tests and models are about: something that has a value in each trial.
type Outcome struct {
	ID    string // in addresses
	Title string
	kind  outcomeKind
	unit  string
	of    value
	rated rated // of kind ratedOutcome
}

type outcomeKind int

const (
	ratedOutcome     outcomeKind = iota // a single item: ordinal
	scoredOutcome                       // a measure: metric
	timedOutcome                        // log of the time on task, of tasks that were done
	completedOutcome                    // 1 or 0
)

// Outcomes are those of a design.
func Outcomes(d Data) (all []Outcome) {
	for _, r := range d.rated() {
		all = append(all, Outcome{ID: address(r.Instrument), Title: r.name, kind: ratedOutcome, unit: "points", of: r.of, rated: r})
	}
	for _, in := range d.scored() {
		for _, m := range in.Measures {
			name, _, _ := strings.Cut(m.Meaning, ",")
			all = append(all, Outcome{ID: address(in.ID) + "-" + m.ID, Title: name, kind: scoredOutcome, unit: m.Unit, of: Asked{in.ID, m.ID}.of})
		}
	}
	return append(all,
		Outcome{ID: "time-on-task", Title: "Time on task, of tasks that were done", kind: timedOutcome, unit: "log s", of: logTime},
		Outcome{ID: "completion", Title: "Completion of the task", kind: completedOutcome, of: completed},
	)
}

// logTime is the natural logarithm of the seconds on task, where the task was done.
func logTime(t Trial) (float64, bool) {
	took := t.Attempt.TimeOnTask()
	done := t.Attempt.Outcome == study.Completed || t.Attempt.Outcome == study.SaidDone
	if took <= 0 || !done {
		return 0, false
	}
	return math.Log(took.Seconds()), true
}

// Tested are the tests and models of one outcome. They may take seconds, or a minute in a large study.
func Tested(d Data, o Outcome) Section {
	s := Section{ID: "tests-" + o.ID, Title: o.Title}
	if !slices.ContainsFunc(d.Trials, func(t Trial) bool { _, has := o.of(t); return has }) {
		s.Lead = []string{"No trial that counts has a value of it."}
		return s
	}
	s.Lead = []string{"Exploratory: this study has no planned comparisons on record, so a small p-value is a hint and no finding."}
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
	by      map[string][]Trial
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

func (t *tested) signedRanks(id, title string, family []compared, of string) {
	table := Table{
		ID: t.section.ID + "-" + id, Title: title,
		Columns: slices.Concat(texts("Condition", "Compared"), numbers("n", "Zeros", "Ties", "V", "p"), texts("Distribution"), numbers("p, Holm", "p without the zeros", "Rank-biserial r", "Hodges-Lehmann ("+t.outcome.unit+")", "Low", "High"), texts("Left out, or why not")),
	}
	var ps []float64
	for _, c := range family {
		row := []Cell{text(c.where), text(c.names[0] + " − " + c.names[1])}
		a, b := c.a.Code(), c.b.Code()
		pairs, err := stat.Pairs(slices.Concat(t.observed(c.a), t.observed(c.b)), a, b)
		var test, dropping stat.SignedRankTest
		if err == nil {
			test, err = stat.SignedRank(pairs, stat.RankZeros)
		}
		if err == nil {
			dropping, err = stat.SignedRank(pairs, stat.DropZeros)
		}
		if err != nil {
			ps = append(ps, 1) // the family stays as it was stated
			table.Rows = append(table.Rows, append(row, count(pairs.N), Cell{Say: none}, Cell{Say: none}, Cell{Say: none}, Cell{Say: none}, Cell{}, Cell{Say: none}, Cell{Say: none}, Cell{Say: none}, Cell{Say: none}, Cell{Say: none}, Cell{Say: none}, text(why(err))))
			continue
		}
		ps = append(ps, test.P)
		low, high, say := bounds(test.Shift.Interval, allEqual(pairs.Differences))
		table.Rows = append(table.Rows, append(row,
			count(test.N), count(test.Zeros), count(test.Ties), number(test.V, 1), pValue(test.P), text(distribution(test.Exact)), Cell{}, pValue(dropping.P),
			number(test.RankBiserial, 2), number(test.Shift.Estimate, 3), low, high, text(joined(dropped(test.Used), say))))
	}
	holm(table.Rows, ps, 8)
	t.familyNote(len(family), of)
	t.note("Signed rank: zeros take part in the ranking and are then left out (Pratt’s rule); ties share ranks. The other rule, Wilcoxon’s own and that of R’s wilcox.test, ranks without the zeros; its p-value stands beside. Exact means over all signs that these very differences could have.")
	t.add(table)
}

// bounds are the ends of an interval, or why there is none. Differences that are all equal say nothing of how far others would be.
func bounds(in *stat.Interval, equal bool) (low, high Cell, say string) {
	switch {
	case equal:
		return Cell{Say: none}, Cell{Say: none}, "no interval: all differences are equal"
	case in == nil:
		return Cell{Say: none}, Cell{Say: none}, "no interval: too few people"
	}
	return number(in.Low, 3), number(in.High, 3), ""
}

func distribution(exact bool) string {
	if exact {
		return "exact"
	}
	return "normal, continuity corrected"
}

// holm puts corrected p-values into a column; rows without a test have none.
func holm(rows [][]Cell, ps []float64, column int) {
	corrected, err := stat.Holm(ps)
	if err != nil {
		return
	}
	for i, p := range corrected {
		if rows[i][column].Say == "" {
			rows[i][column] = pValue(p)
		}
	}
}

func (t *tested) pairedT(family []compared, of string) {
	table := Table{
		ID: t.section.ID + "-t", Title: "Pairs: paired t test",
		Columns: slices.Concat(texts("Condition", "Compared"), numbers("n", "Mean difference ("+t.outcome.unit+")", "Low", "High", "t", "df", "p", "p, Holm", "dz"), numbers("BCa low", "BCa high"), texts("Left out, or why not")),
	}
	var ps []float64
	narrow := 0.0
	for _, c := range family {
		row := []Cell{text(c.where), text(c.names[0] + " − " + c.names[1])}
		pairs, err := stat.Pairs(slices.Concat(t.observed(c.a), t.observed(c.b)), c.a.Code(), c.b.Code())
		var test stat.PairedT
		if err == nil {
			test, err = stat.PairedDifference(pairs)
		}
		if err != nil {
			ps = append(ps, 1)
			row = append(row, count(pairs.N))
			for range 10 {
				row = append(row, Cell{Say: none})
			}
			table.Rows = append(table.Rows, append(row, text(why(err))))
			continue
		}
		ps = append(ps, test.P)
		low, high := Cell{Say: none}, Cell{Say: none}
		if b, err := stat.BootstrapMean(pairs.Differences, stat.Resampling{Method: stat.BCa, Seed: bootstrapSeed}); err == nil {
			low, high = number(b.Interval.Low, 3), number(b.Interval.High, 3)
			if b.Narrow {
				narrow = b.Covers
			}
		}
		table.Rows = append(table.Rows, append(row,
			count(test.N), number(test.Mean, 3), number(test.Interval.Low, 3), number(test.Interval.High, 3), number(test.T, 3), number(test.DF, 0), pValue(test.P), Cell{},
			number(test.DZ, 2), low, high, text(dropped(test.Used))))
	}
	holm(table.Rows, ps, 9)
	t.familyNote(len(family), of)
	t.note("BCa is the bootstrap interval by participant: 10,000 resamples, seed %d.", bootstrapSeed)
	if narrow > 0 {
		t.note("With so few people such bootstrap intervals hold the mean in only %.0f %% of studies, not in 95: take Student’s.", 100*narrow)
	}
	t.add(table)
}

// bootstrapSeed is the seed of all bootstrap intervals of a page, so that it shows the same numbers each time.
const bootstrapSeed = 1

func (t *tested) mcnemar(family []compared, of string) {
	table := Table{
		ID: t.section.ID + "-pairs", Title: "Pairs: McNemar’s exact test",
		Columns: slices.Concat(texts("Condition", "Compared"), numbers("n", "Only the first", "Only the second", "Difference (%)", "Low", "High", "p", "p, Holm"), texts("Left out, or why not")),
	}
	var ps []float64
	for _, c := range family {
		row := []Cell{text(c.where), text(c.names[0] + " − " + c.names[1])}
		pairs, err := stat.Pairs(slices.Concat(t.observed(c.a), t.observed(c.b)), c.a.Code(), c.b.Code())
		var test stat.McNemarTest
		if err == nil {
			test, err = stat.McNemar(pairs)
		}
		if err != nil {
			ps = append(ps, 1)
			row = append(row, count(pairs.N))
			for range 7 {
				row = append(row, Cell{Say: none})
			}
			table.Rows = append(table.Rows, append(row, text(whyNoMcNemar(err))))
			continue
		}
		ps = append(ps, test.P)
		table.Rows = append(table.Rows, append(row,
			count(test.N), count(test.OnlyA), count(test.OnlyB), number(100*test.Difference, 1), number(100*test.Approximate.Low, 1), number(100*test.Approximate.High, 1), pValue(test.P), Cell{}, text(dropped(test.Used))))
	}
	holm(table.Rows, ps, 9)
	t.familyNote(len(family), of)
	t.add(table)
}

// refused notes why a model has no numbers.
func (t *tested) refused(what string, err error) {
	say := study.Sentence(err)
	if say == "" {
		say = err.Error()
	}
	t.note("%s: refused. %s", what, say)
}

// modelled are the rows of a model: those of conditions with a network, with the levels of each factor that varies among them.
func (t *tested) modelled() (rows []model.Row, s model.Spec) {
	var conditions []study.Condition
	for _, c := range t.data.Design.Conditions() {
		if c.Method.Networked() {
			conditions = append(conditions, c)
		}
	}
	varies := varying(conditions)
	var at []int
	for i, v := range varies {
		if !v {
			continue
		}
		f := model.Factor{Name: modelName(t.data.Design, i)}
		for _, c := range conditions {
			if l := c.Names()[i]; !slices.Contains(f.Levels, l) {
				f.Levels = append(f.Levels, l)
			}
		}
		at, s.Factors = append(at, i), append(s.Factors, f)
	}
	for _, x := range t.data.Trials {
		if v, has := t.outcome.of(x); has && x.Condition.Method.Networked() {
			names := x.Condition.Names()
			r := model.Row{Participant: x.Participant, Value: v}
			for _, i := range at {
				r.Levels = append(r.Levels, names[i])
			}
			rows = append(rows, r)
		}
	}
	return rows, s
}

func modelName(d study.Design, at int) string {
	if at == accessAt {
		return "method"
	}
	return factorName(d, at)
}
