package model

import (
	"slices"

	"vmstudy/analysis/stat"
	"vmstudy/study"
)

// A Verdict is what a planned comparison has found. Results and Power both get it from Judge.
type Verdict struct {
	stat.Used
	Estimate float64        // of the first level less the second: Hodges and Lehmann's shift, a mean, or a difference of shares
	Interval *stat.Interval // of Estimate; nil if there is none
	Coverage float64        // of Interval: 0.95, and 0.9 for a claim with a margin, since that goes with one-sided tests at 5 %
	P        float64        // two-sided for a difference; for a claim with a margin it is small if the claim is right
	Exact    bool
}

// Judge does the test of c on what people have for its first level and its second. Of a claim with a margin it is one
// of the two one-sided tests, and of equivalence both. Errors are those of package stat, and a refusal where c has no test.
func Judge(c study.Comparison, p stat.Paired) (v Verdict, err error) {
	switch {
	case c.Test == study.SignedRank && c.Claim == study.Differs:
		t, err := stat.SignedRank(p, stat.RankZeros)
		return Verdict{t.Used, t.Shift.Estimate, of(t.Shift, p), stat.Confidence, t.P, t.Exact}, err
	case c.Test == study.SignedRank:
		e, err := stat.EquivalentRanks(p, c.Margin, stat.RankZeros)
		return Verdict{e.Used, e.Within.Estimate, of(e.Within, p), 0.9, claimed(c.Claim, e.NotBelow, e.NotAbove), e.Exact}, err
	case c.Test == study.PairedT && c.Claim == study.Differs:
		t, err := stat.PairedDifference(p)
		return Verdict{t.Used, t.Mean, &t.Interval, stat.Confidence, t.P, false}, err
	case c.Test == study.PairedT:
		e, err := stat.Equivalent(p, c.Margin)
		return Verdict{e.Used, e.Mean, &e.Within, 0.9, claimed(c.Claim, e.NotBelow, e.NotAbove), false}, err
	case c.Test == study.McNemar && c.Claim == study.Differs:
		m, err := stat.McNemar(p)
		return Verdict{m.Used, m.Difference, &m.Approximate, stat.Confidence, m.P, true}, err
	}
	return Verdict{}, refuse("There is no test %q of the claim %q.", string(c.Test), string(c.Claim))
}

// JudgeGroups does the test of c on what people have who are in its first group or in its second: Condition of an observation is the group. Errors are
// as those of Judge.
func JudgeGroups(c study.Comparison, people []stat.Observation) (Verdict, error) {
	if c.Test != study.MannWhitney || c.Claim != study.Differs {
		return Verdict{}, refuse("There is no test %q of groups that would show %q.", string(c.Test), string(c.Claim))
	}
	t, err := stat.MannWhitney(people, c.First, c.Second)
	v := Verdict{Used: t.Used, Estimate: t.Shift.Estimate, Interval: t.Shift.Interval, Coverage: stat.Confidence, P: t.P, Exact: t.Exact}
	if constant(people, c.First) && constant(people, c.Second) {
		v.Interval = nil // equal values say nothing of how far others would be
	}
	return v, err
}

func constant(people []stat.Observation, group string) bool {
	var first *float64
	for _, o := range people {
		if o.Condition != group {
			continue
		}
		if first != nil && *first != o.Value {
			return false
		}
		first = &o.Value
	}
	return true
}

// claimed is the p-value of a claim with a margin.
func claimed(c study.Claim, notBelow, notAbove float64) float64 {
	switch c {
	case study.NotLower:
		return notBelow
	case study.NotHigher:
		return notAbove
	}
	return max(notBelow, notAbove)
}

// of returns the interval of a shift. Differences that are all equal say nothing of how far others would be.
func of(s stat.Shift, p stat.Paired) *stat.Interval {
	if len(slices.Compact(slices.Sorted(slices.Values(p.Differences)))) == 1 {
		return nil
	}
	return s.Interval
}
