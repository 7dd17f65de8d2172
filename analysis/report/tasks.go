package report

import (
	"errors"
	"slices"

	"vmstudy/analysis/figure"
	"vmstudy/analysis/stat"
	"vmstudy/study"
)

// Tasks shows how many tasks were completed, and when.
func Tasks(d Data) Section {
	s := Section{ID: "tasks", Title: "Tasks"}
	l, by := Laid(d.Design), d.byCondition()
	if f, any := completions(l, by); any {
		s.Figures = append(s.Figures, f)
	}
	if t, any := completedPairs(l, by); any {
		s.Tables = append(s.Tables, t)
	}
	if len(s.Figures) > 0 {
		s.Notes = []string{
			"The curves say which share is done by a time, by Kaplan and Meier. Who ran out of time or gave up would have taken longer: their time is cut off there (a tick), as is_censored in analysis.csv says. Who said that it was done is done, though the machine may not have seen it. The median is the time by which half are done, with its log-log interval; there is none if fewer than half were. Of several trials of one person in a condition the first counts.",
			"The difference of completion is within people, by McNemar’s exact test of who completed in one condition only, with the interval of Bonett and Price. It is exploratory, and these p-values are not corrected for looking at several pairs.",
		}
	}
	return s
}

// survived returns how long each person's first trial in a condition took, and whether it was cut off.
func survived(trials []*Trial) (all []stat.Duration) {
	seen := map[string]bool{}
	for _, t := range trials {
		if took := t.Attempt.TimeOnTask(); took > 0 && !seen[t.Participant] {
			seen[t.Participant] = true
			all = append(all, stat.Duration{Participant: t.Participant, Time: took.Seconds(), Censored: t.Attempt.Outcome != study.Completed && t.Attempt.Outcome != study.SaidDone})
		}
	}
	return all
}

func completions(l Layout, by map[string][]*Trial) (Figure, bool) {
	f := figure.Completion{ID: "figure-completion", Title: "Share of people who are done with the task, over time", Axis: "seconds on task"}
	twin := Table{
		ID: "twin-completion", Title: f.Title,
		Columns: slices.Concat(texts("Condition", "Level"), numbers("People", "Done", "Cut off", "Median (s)", "Low", "High")),
	}
	people, series := 0, l.series()
	for _, setting := range l.Settings {
		panel := figure.CompletionPanel{Label: setting.Label}
		for i, c := range setting.Conditions {
			times := survived(by[c.Code()])
			km, err := stat.KaplanMeier(times)
			if err != nil { // nobody
				continue
			}
			people += km.N
			curve := figure.CompletionCurve{Label: setting.Levels[i], Series: series[setting.Levels[i]]}
			for _, step := range km.Steps {
				curve.Steps = append(curve.Steps, figure.CompletionStep{At: step.Time, Share: 1 - step.Left})
			}
			for _, x := range times {
				curve.End = max(curve.End, x.Time)
				if x.Censored {
					curve.Cut = append(curve.Cut, x.Time)
				}
			}
			panel.Curves = append(panel.Curves, curve)
			twin.Rows = append(twin.Rows, []Cell{text(setting.Label), text(setting.Levels[i]), count(km.N), count(km.Ended), count(km.Censored), known(km.Median), known(km.Low), known(km.High)})
		}
		if len(panel.Curves) > 0 {
			f.Panels = append(f.Panels, panel)
		}
	}
	return Figure{ID: "completion", Title: f.Title, Wide: true, Twin: twin, Draw: f.WriteSVG, Caption: "One panel for each setting, one line for each level; ticks are people whose time was cut off."}, people > 0
}

// known writes a number that there may be.
func known(x *float64) Cell {
	if x == nil {
		return Cell{Say: none}
	}
	return number(*x, 1)
}

// completed is 1 for a trial whose task the machine saw completed.
func completed(t *Trial) (float64, bool) {
	if t.Attempt.Outcome == study.Completed {
		return 1, true
	}
	return 0, true
}

// completedPairs compares completion within people. Where somebody has several trials in a condition, of which some were completed, there is no yes
// or no of a person: such a pair has no test, and says why.
func completedPairs(l Layout, by map[string][]*Trial) (Table, bool) {
	t := Table{
		ID: "completed-pairs", Title: "Completion within people",
		Columns: slices.Concat(texts("Condition", "Compared"), numbers("n", "Only the first", "Only the second", "Both", "Neither", "Difference (%)", "Low", "High", "p (McNemar, exact)"), texts("Left out, or why not")),
	}
	for _, s := range l.Settings {
		for _, p := range s.Pairs {
			a, b := s.Conditions[p.A].Code(), s.Conditions[p.B].Code()
			if len(by[a])+len(by[b]) == 0 {
				continue
			}
			row := []Cell{text(s.Label), text(s.Levels[p.A] + " − " + s.Levels[p.B])}
			pairs, err := stat.Pairs(slices.Concat(observed(by[a], completed, a), observed(by[b], completed, b)), a, b)
			var m stat.McNemarTest
			if err == nil {
				m, err = stat.McNemar(pairs)
			}
			if err != nil {
				t.Rows = append(t.Rows, slices.Concat(row, []Cell{count(pairs.N)}, slices.Repeat([]Cell{{Say: none}}, 8), []Cell{text(whyNoMcNemar(err))}))
				continue
			}
			t.Rows = append(t.Rows, append(
				row, count(m.N), count(m.OnlyA), count(m.OnlyB), count(m.Both), count(m.Neither),
				number(100*m.Difference, 1), number(100*m.Approximate.Low, 1), number(100*m.Approximate.High, 1), pValue(m.P), text(dropped(m.Used)),
			))
		}
	}
	return t, len(t.Rows) > 0
}

// whyNoMcNemar is as why. A value that is neither 0 nor 1 is the mean of several trials.
func whyNoMcNemar(err error) string {
	if errors.Is(err, stat.ErrOutOfScale) {
		return "somebody completed some of several trials in one condition: that is no yes or no"
	}
	return why(err)
}
