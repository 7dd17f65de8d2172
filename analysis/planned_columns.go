package analysis

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"vmstudy/analysis/report"
	"vmstudy/study"
)

// plannedRow is what a comparison has come to that the design has planned.
type plannedRow struct {
	report.Judgement
	version   study.Version
	column    string // of analysis.csv that has the outcome
	unplanned string // why the data are not those that the plan is about
}

var plannedColumns = []Column[plannedRow]{
	{"study_version", "", "Number of the version whose plan it is.", func(r plannedRow) Value { return Number(r.version.Number) }},
	{"study_hash", "", "Its SHA-256.", func(r plannedRow) Value { return Text(r.version.Hash) }},
	{"comparison", "", "The comparison, as the plan calls it.", func(r plannedRow) Value { return Text(r.Name) }},
	{"hypothesis", "", "What was expected, in the words of the plan.", func(r plannedRow) Value { return Text(r.Hypothesis) }},
	{"is_confirmatory", "", "TRUE if these are the data that the plan is about: then, and only then, the comparison is confirmatory. Hold the number of participants against the plan all the same.", func(r plannedRow) Value { return Flag(r.unplanned == "") }},
	{"why_exploratory", "", "Why it is not; empty if it is.", func(r plannedRow) Value { return Text(r.unplanned) }},
	{"outcome", "", "What is compared: completion, time_on_task (the natural logarithm of seconds, of tasks that were done), or questionnaire.name.", func(r plannedRow) Value { return Text(r.Outcome) }},
	{"analysis_column", "", "The column of analysis.csv from which the outcome is taken.", func(r plannedRow) Value { return Text(r.column) }},
	{"factor", "", "The factor whose levels are compared, within people; or group, which is compared between people.", func(r plannedRow) Value { return Text(string(r.Factor)) }},
	{"first", "", "The first level. A difference is the first less the second.", func(r plannedRow) Value { return Text(r.Judgement.Comparison.First) }},
	{"second", "", "The second level.", func(r plannedRow) Value { return Text(r.Judgement.Comparison.Second) }},
	{"first_conditions", "", "The conditions with the first level, over which a person's mean is taken, parted by “ // ”, which no condition has in it.", func(r plannedRow) Value { return codes(r.Judgement.First) }},
	{"second_conditions", "", "Those with the second level, likewise.", func(r plannedRow) Value { return codes(r.Judgement.Second) }},
	{"claim", "", "What is to be shown. [differs: they differ] [not_lower: the first is not lower by the margin or more] [not_higher: it is not higher by that] [equivalent: they differ by less than the margin]", func(r plannedRow) Value { return Text(string(r.Claim)) }},
	{"margin", "", "The margin of the claim, in the unit of the outcome; empty for differs.", func(r plannedRow) Value {
		if r.Claim == study.Differs {
			return Value{}
		}
		return Number(r.Margin)
	}},
	{"test", "", "By which test it is decided. [signed_rank: Wilcoxon's, zeros by Pratt's rule] [paired_t: Student's] [mcnemar: exact, of completion] [mann_whitney: of people's means in two groups]", func(r plannedRow) Value { return Text(string(r.Test)) }},
	{"is_exact", "", "TRUE if the p-value is from the exact distribution.", func(r plannedRow) Value { return r.found(Flag(r.Exact)) }},
	{"family", "", "The family over which p-values are corrected; empty for those that name none, which are a family, too.", func(r plannedRow) Value { return Text(r.Family) }},
	{"family_size", "", "How many comparisons the family has.", func(r plannedRow) Value { return Number(r.Size) }},
	{"estimate", "", "The difference, in the unit of the outcome; a share for completion. It is Hodges and Lehmann's shift for signed_rank and mann_whitney, else a mean. Empty if it could not be tested.", func(r plannedRow) Value { return r.found(Number(r.Estimate)) }},
	{"interval_low", "", "Low end of its interval, not corrected for the family; empty if there is none.", func(r plannedRow) Value {
		if r.Interval == nil {
			return Value{}
		}
		return Number(r.Interval.Low)
	}},
	{"interval_high", "", "High end.", func(r plannedRow) Value {
		if r.Interval == nil {
			return Value{}
		}
		return Number(r.Interval.High)
	}},
	{"interval_level", "", "How much the interval covers: 0.95, and 0.9 for a claim with a margin, since that goes with one-sided tests at 5 %.", func(r plannedRow) Value {
		if r.Interval == nil {
			return Value{}
		}
		return Number(r.Coverage)
	}},
	{"p", "", "The p-value: two-sided for differs, one-sided at the margin for the others, for equivalent the larger of two.", func(r plannedRow) Value { return r.found(Number(r.P)) }},
	{"p_holm", "", "The same after Holm's correction over the family. One that could not be tested counts there with a p of 1.", func(r plannedRow) Value { return r.found(Number(r.Corrected)) }},
	{"verdict", "", "shown if p_holm is below 0.05; not shown; or not tested. What is not shown is not disproved.", func(r plannedRow) Value { return Text(r.Says()) }},
	{"n", "", "Participants who were used.", func(r plannedRow) Value { return Number(r.N) }},
	{"first_n", "", "How many of them are in the first group; n if no groups are compared.", func(r plannedRow) Value { return Number(r.NFirst) }},
	{"second_n", "", "And in the second.", func(r plannedRow) Value { return Number(r.NSecond) }},
	{"dropped_n", "", "Participants who were left out, since they lack a value.", func(r plannedRow) Value { return Number(len(r.Dropped)) }},
	{"dropped", "", "Who was left out, and why.", func(r plannedRow) Value { return Text(r.Left()) }},
	{"why_untested", "", "Why it could not be tested; empty if it was.", func(r plannedRow) Value { return Text(r.Why) }},
}

// found is a number of a test; an empty cell if there was none.
func (r plannedRow) found(v Value) Value {
	if !r.Tested {
		return Value{}
	}
	return v
}

func codes(conditions []study.Condition) Value {
	var all []string
	for _, c := range conditions {
		all = append(all, c.Code())
	}
	return Text(strings.Join(all, " // "))
}

// plannedRows yields the comparisons that the newest version plans whose data count, as the results page has them.
func (p places) plannedRows(ctx context.Context, src Source, f Filter) iter.Seq2[plannedRow, error] {
	return func(yield func(plannedRow, error) bool) {
		counted := p.counted()
		if len(counted) == 0 {
			return
		}
		v := counted[len(counted)-1]
		if len(v.Design.Preregistration.Comparisons) == 0 {
			return
		}
		found, err := p.describe(ctx, src, f, v)
		if err != nil {
			yield(plannedRow{}, fmt.Errorf("planned comparisons: %w", err))
			return
		}
		for _, j := range report.Judged(found.Data) {
			if !yield(plannedRow{j, v, p.columnOf(j.Comparison), found.Data.Unplanned}, nil) {
				return
			}
		}
	}
}

// describe is as find, for what needs no inputs.
func (p places) describe(ctx context.Context, src Source, f Filter, v study.Version) (Results, error) {
	g := newGathering(v, p.library)
	if g.set = p.set; len(g.set.Versions) == 0 {
		g.set.Versions = []string{v.Hash}
	}
	f.Group = ""
	for _, read := range []func(context.Context, Source, Filter) error{g.sessions, g.responses} {
		if err := read(ctx, src, f); err != nil {
			return Results{}, err
		}
	}
	return g.results()
}

// columnOf names the column of analysis.csv that has the outcome of a comparison.
func (p places) columnOf(c study.Comparison) string {
	switch c.Outcome {
	case study.OutcomeCompletion:
		return "is_completed"
	case study.OutcomeTime:
		return "time_on_task_ms"
	}
	instrument, name, _ := c.Asked()
	return p.names[valueKey{study.AfterTrial, instrument, name}]
}
