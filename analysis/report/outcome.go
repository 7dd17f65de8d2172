package report

import (
	"math"
	"strings"

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
	timedOutcome                        // natural logarithm of the time on task, of tasks that were done
	completedOutcome                    // 1 or 0
)

// scaled is the title, with the scale of the numbers where it is not the one that people expect.
func (o Outcome) scaled() string {
	if o.kind == timedOutcome {
		return o.Title + ": natural logarithm of seconds"
	}
	return o.Title
}

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
		Outcome{ID: "time-on-task", Title: "Time on task, of tasks that were done", kind: timedOutcome, unit: "ln s", of: logTime},
		Outcome{ID: "completion", Title: "Completion of the task", kind: completedOutcome, of: completed},
	)
}

// logTime is the natural logarithm of the seconds on task, where the task was done.
func logTime(t *Trial) (float64, bool) {
	took := t.Attempt.TimeOnTask()
	done := t.Attempt.Outcome == study.Completed || t.Attempt.Outcome == study.SaidDone
	if took <= 0 || !done {
		return 0, false
	}
	return math.Log(took.Seconds()), true
}
