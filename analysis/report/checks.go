package report

import (
	"fmt"
	"slices"
	"time"

	"vmstudy/analysis/stat"
)

// Checks ask whether ratings depend on what they should not depend on, and on what they should.
func Checks(d Data) Section {
	s := Section{ID: "checks", Title: "Checks"}
	for _, r := range d.rated() {
		if t, any := r.order(d); any {
			s.Tables = append(s.Tables, t)
		}
	}
	if t, any := doses(d); any {
		s.Tables = append(s.Tables, t)
	}
	if t, any := patterns(d); any {
		s.Tables = append(s.Tables, t)
	} else if len(s.Tables) > 0 && d.longEnough() {
		s.Lead = []string{fmt.Sprintf("Of those who did %d trials or more, nobody gave the same answer everywhere, or answered within seconds.", sameTrials)}
	}
	if len(s.Tables) > 0 {
		s.Notes = []string{
			"Position and carry-over look at what is left of a rating when the mean of its condition is taken away. A slope is how much that changes with each trial, for each person; its mean is shown with Student’s interval. After a method means in the trial right after one with it.",
			"Dose and response: for each person the rank correlation (Spearman) of the ratings with the median response time of the same trials, from five trials on; then the median over people, with its interval between order statistics.",
			fmt.Sprintf("Somebody is named who gave the same answer to an item in all of at least %d trials, or who answered all questions about most trials in under %g s for each page. That is no proof of anything: read it beside the session.", sameTrials, quickPage.Seconds()),
		}
	}
	return s
}

// longEnough reports whether anybody did so many trials that equal answers in all of them would be found.
func (d Data) longEnough() bool {
	n := map[string]int{}
	for _, t := range d.Trials {
		if n[t.Participant]++; n[t.Participant] >= sameTrials {
			return true
		}
	}
	return false
}

// What the checks report.
const (
	sameTrials = 4               // fewest trials for which identical answers are reported
	quickPage  = 2 * time.Second // a page of questions that was answered sooner is reported as quick
	doseTrials = 5               // fewest trials for which a correlation is computed
)

// A left is what is left of a rating without the mean of its condition.
type left struct {
	*Trial
	value float64
	after string // the access method of the trial before; empty for the first
}

// leftovers returns what is left of each rating, by participant and position.
func (r rated) leftovers(d Data) (all []left) {
	sums, n := map[string]float64{}, map[string]float64{}
	for _, t := range d.Trials {
		if x, has := r.of(t); has {
			sums[t.Condition.Code()] += x
			n[t.Condition.Code()]++
		}
	}
	before := new(Trial)
	for _, t := range d.Trials {
		if x, has := r.of(t); has && n[t.Condition.Code()] > 1 {
			l := left{Trial: t, value: x - sums[t.Condition.Code()]/n[t.Condition.Code()]}
			if before.Participant == t.Participant && before.Position == t.Position-1 {
				l.after = before.Condition.Access.Level()
			}
			all = append(all, l)
		}
		before = t
	}
	return all
}

// order describes the effects of position and of the method before.
func (r rated) order(d Data) (Table, bool) {
	t := Table{ID: "order-" + address(r.Instrument), Title: r.name + ": position and carry-over", Columns: slices.Concat(texts("Effect"), numbers("People", "Estimate (points)", "Low", "High", "p"))}
	rest := r.leftovers(d)
	own := map[string][]left{}
	var who []string
	for _, l := range rest {
		if own[l.Participant] == nil {
			who = append(who, l.Participant)
		}
		own[l.Participant] = append(own[l.Participant], l)
	}
	var slopes []float64
	for _, p := range who {
		var at, values []float64
		for _, l := range own[p] {
			at, values = append(at, float64(l.Position)), append(values, l.value)
		}
		if b, err := stat.Slope(at, values); err == nil {
			slopes = append(slopes, b)
		}
	}
	t.Rows = append(t.Rows, tested1("each trial further on", slopes)...)
	methods := d.Design.Methods
	for i, a := range methods {
		for _, b := range methods[i+1:] {
			var obs []stat.Observation
			for _, l := range rest {
				if l.after != "" {
					obs = append(obs, stat.Observation{Participant: l.Participant, Condition: l.after, Value: l.value})
				}
			}
			if pairs, err := stat.Pairs(stat.Reduced(obs, stat.Mean), a.Level(), b.Level()); err == nil {
				t.Rows = append(t.Rows, tested1("after "+a.Level()+", less after "+b.Level(), pairs.Differences)...)
			}
		}
	}
	return t, len(t.Rows) > 0
}

// tested1 is a row that says whether numbers of people differ from 0 on average; none for fewer than two people, or if all are equal.
func tested1(name string, xs []float64) [][]Cell {
	test, err := stat.PairedDifference(stat.Paired{Used: stat.Used{N: len(xs)}, Differences: xs})
	if err != nil {
		return nil
	}
	return [][]Cell{{text(name), count(test.N), number(test.Mean, 3), number(test.Interval.Low, 3), number(test.Interval.High, 3), pValue(test.P)}}
}

// doses correlates ratings with response times within people.
func doses(d Data) (Table, bool) {
	t := Table{ID: "dose-response", Title: "Rating against measured response time, within people", Columns: slices.Concat(texts("Rating"), numbers("People", "Median rank correlation", "Low", "High"))}
	for _, r := range d.rated() {
		ratings, times := map[string][]float64{}, map[string][]float64{}
		var who []string
		for _, trial := range d.Trials {
			x, has := r.of(trial)
			own := mediansOf([]*Trial{trial}, "", kinds)
			if !has || len(own) == 0 {
				continue
			}
			if ratings[trial.Participant] == nil {
				who = append(who, trial.Participant)
			}
			ratings[trial.Participant] = append(ratings[trial.Participant], x)
			times[trial.Participant] = append(times[trial.Participant], own[0].Value)
		}
		var all []float64
		for _, p := range who {
			if rho, err := stat.RankCorrelation(ratings[p], times[p]); err == nil && len(times[p]) >= doseTrials {
				all = append(all, rho)
			}
		}
		if len(all) == 0 {
			continue
		}
		mid, limits := ordinal.centre(all)
		row := []Cell{text(r.name), count(len(all)), number(mid, 2), {Say: none}, {Say: none}}
		if limits != nil {
			row[3], row[4] = number(limits.Low, 2), number(limits.High, 2)
		}
		t.Rows = append(t.Rows, row)
	}
	return t, len(t.Rows) > 0
}

// patterns names who answered alike everywhere, or very quickly.
func patterns(d Data) (Table, bool) {
	t := Table{ID: "patterns", Title: "Equal answers and quick answers", Columns: slices.Concat(texts("Participant", "What"), numbers("Trials"))}
	own := map[string][]*Trial{}
	var who []string
	for _, x := range d.Trials {
		if own[x.Participant] == nil {
			who = append(who, x.Participant)
		}
		own[x.Participant] = append(own[x.Participant], x)
	}
	for _, p := range who {
		for _, in := range d.Instruments {
			for _, q := range in.Questions() {
				if n, value, all := alike(own[p], Asked{in.ID, q.ID}.answer); all && q.Numeric() {
					t.Rows = append(t.Rows, []Cell{text(p), text(fmt.Sprintf("%s: %g in every trial", d.Design.Reading(q.Name()), value)), count(n)})
				}
			}
		}
		quick, timed := 0, 0
		for _, x := range own[p] {
			if took := x.Rated.Sub(x.Attempt.EndedAt); !x.Rated.IsZero() && took >= 0 && len(d.Instruments) > 0 {
				timed++
				if took < time.Duration(len(d.Instruments))*quickPage {
					quick++
				}
			}
		}
		if timed >= sameTrials && 2*quick > timed {
			t.Rows = append(t.Rows, []Cell{text(p), text("answered the questions about most trials within seconds"), count(quick)})
		}
	}
	return t, len(t.Rows) > 0
}

// alike reports whether somebody gave the same answer in all of enough trials.
func alike(trials []*Trial, of value) (n int, answer float64, all bool) {
	for _, t := range trials {
		x, has := of(t)
		if !has {
			continue
		}
		if n > 0 && x != answer {
			return 0, 0, false
		}
		n, answer = n+1, x
	}
	return n, answer, n >= sameTrials
}
