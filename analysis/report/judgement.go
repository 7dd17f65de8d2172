package report

import (
	"slices"

	"vmstudy/analysis/model"
	"vmstudy/analysis/stat"
	"vmstudy/study"
)

// A Judgement is what a planned comparison has come to. The page and the export are made of it.
type Judgement struct {
	study.Comparison
	Of              string            // the outcome, in words
	First, Second   []study.Condition // the conditions of either side, or of either group
	model.Verdict                     // who was used and dropped, also where it could not be tested
	NFirst, NSecond int               // people on either side: all who were used, unless groups are compared
	Tested          bool
	Size            int     // how many comparisons its family has
	Corrected       float64 // P after Holm's correction over the family; one that could not be tested counts there with a p of 1
	Why             string  // why it was not tested; empty if it was
	equal           bool    // all differences are equal
	percent         bool    // the estimate is a difference of shares
}

// shownBelow is the corrected p-value below which a planned comparison is shown.
const shownBelow = 0.05

// Shown reports whether the data show what was claimed.
func (j Judgement) Shown() bool { return j.Tested && j.Corrected < shownBelow }

// Says is the verdict in a word: shown, not shown or not tested.
func (j Judgement) Says() string {
	switch {
	case !j.Tested:
		return "not tested"
	case j.Shown():
		return "shown"
	}
	return "not shown"
}

// Left says who was left out, and why.
func (j Judgement) Left() string { return dropped(j.Used) }

// Judged does all comparisons that the design has planned, in the order of the plan.
func Judged(d Data) []Judgement {
	all := d.Design.Preregistration.Comparisons
	judged := make([]Judgement, len(all))
	for i, c := range all {
		judged[i] = d.judge(c)
	}
	for _, family := range families(judged) {
		var ps []float64
		for _, i := range family {
			ps = append(ps, judged[i].P)
		}
		corrected, err := stat.Holm(ps)
		for n, i := range family {
			judged[i].Size = len(family)
			if err == nil {
				judged[i].Corrected = corrected[n]
			}
		}
	}
	return judged
}

// families are the places of those comparisons that are corrected together, in the order of the plan.
func families(all []Judgement) (parts [][]int) {
	for i, j := range all {
		at := slices.IndexFunc(parts, func(p []int) bool { return all[p[0]].Family == j.Family })
		if at < 0 {
			at, parts = len(parts), append(parts, nil)
		}
		parts[at] = append(parts[at], i)
	}
	return parts
}

// judge tests one comparison. What cannot be tested has a p of 1, so that it stays in its family.
func (d Data) judge(c study.Comparison) Judgement {
	j := Judgement{Comparison: c, Of: c.Outcome, Verdict: model.Verdict{P: 1}}
	o, there := d.planned(c)
	if !there {
		j.Why = "the study does not ask for this outcome"
		return j
	}
	j.Of, j.percent = o.scaled(), o.kind == completedOutcome
	j.First, j.Second = d.Design.Sides(c)
	if c.BetweenGroups() {
		return d.judgeGroups(j, o)
	}
	pairs, err := d.pairs(j, o)
	if err != nil {
		j.Used, j.Why = pairs.Used, why(err)
		return j
	}
	v, err := model.Judge(c, pairs)
	if err != nil {
		j.Used, j.Why = pairs.Used, whyNoMcNemar(err)
		return j
	}
	j.Verdict, j.Tested, j.equal = v, true, allEqual(pairs.Differences)
	j.NFirst, j.NSecond = v.N, v.N
	return j
}

// judgeGroups compares people's means between two groups.
func (d Data) judgeGroups(j Judgement, o Outcome) Judgement {
	groups := []string{j.Comparison.First, j.Comparison.Second}
	people, left := d.means(o, groups, j.First)
	for _, x := range people {
		if x.Condition == groups[0] {
			j.NFirst++
		} else {
			j.NSecond++
		}
	}
	out := slices.Concat(left[groups[0]], left[groups[1]])
	v, err := model.JudgeGroups(j.Comparison, people)
	if err != nil {
		j.Used, j.Why = stat.Used{N: len(people), Dropped: out}, why(err)
		return j
	}
	j.Verdict, j.Tested, j.equal = v, true, constant(people, groups[0]) && constant(people, groups[1])
	j.Dropped = out
	return j
}

// pairs are what people have on both sides of a comparison.
func (d Data) pairs(j Judgement, o Outcome) (stat.Paired, error) {
	by := d.byCondition()
	var obs []stat.Observation
	var codes [2][]string
	for i, side := range [][]study.Condition{j.First, j.Second} {
		for _, x := range side {
			obs = append(obs, observed(by[x.Code()], o.of, x.Code())...)
			codes[i] = append(codes[i], x.Code())
		}
	}
	return stat.Contrasted(obs, codes[0], codes[1])
}
