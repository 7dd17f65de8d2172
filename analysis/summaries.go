package analysis

import (
	"iter"
	"time"

	"vmstudy/analysis/stat"
	"vmstudy/study"
)

// summaries are what the inputs and the traffic of each attempt come to. They are gathered while the rows pass on their way to a
// file, so that nobody reads millions of rows twice.
type summaries struct {
	inputs  map[attemptKey]map[study.InputKind]inputSummary
	goodput map[attemptKey]study.Bitrate // towards the participant, in the busiest second
}

func newSummaries() summaries {
	return summaries{map[attemptKey]map[study.InputKind]inputSummary{}, map[attemptKey]study.Bitrate{}}
}

// inputSummary is what the timed inputs of one kind, or of all, come to in one attempt. Inputs of which nobody knows whether they were
// answered are in none of its figures but unknown.
type inputSummary struct {
	inputs     int // answered or not
	unanswered int // of inputs
	unknown    int
	crisp      int // of inputs: answered in under 150 ms
	prompt     int // of inputs: answered in under a second
	times      stat.ResponseTimes
}

// anyKind stands for inputs of all kinds together.
const anyKind study.InputKind = ""

// ofInputs passes rows on and summarises them. Rows of an attempt must follow each other.
func (s summaries) ofInputs(rows iter.Seq2[Interaction, error]) iter.Seq2[Interaction, error] {
	return func(yield func(Interaction, error) bool) {
		var at attemptKey
		var some []study.Interaction
		for i, err := range rows {
			if key := (attemptKey{i.Trial, i.Attempt}); err == nil && key != at {
				s.inputs[at] = summarize(some)
				at, some = key, some[:0]
			}
			if err == nil && i.Kind.Timed() {
				some = append(some, i.Interaction)
			}
			if !yield(i, err) {
				return
			}
		}
		s.inputs[at] = summarize(some)
	}
}

// summarize returns what inputs come to, by their kind and together.
func summarize(inputs []study.Interaction) map[study.InputKind]inputSummary {
	all, times := map[study.InputKind]inputSummary{}, map[study.InputKind][]time.Duration{}
	for _, i := range inputs {
		for _, kind := range []study.InputKind{i.Kind, anyKind} {
			sum := all[kind]
			switch {
			case i.Answered():
				sum.inputs++
				times[kind] = append(times[kind], i.Drawn)
				if i.Drawn < study.CrispLimit {
					sum.crisp++
				}
				if i.Drawn < time.Second {
					sum.prompt++
				}
			case i.Silent():
				sum.inputs++
				sum.unanswered++
			case i.Cut:
				sum.unknown++
			}
			all[kind] = sum
		}
	}
	for kind, answered := range times {
		sum := all[kind]
		sum.times, _ = stat.SummarizeResponses(answered) // there are some, and none is negative
		all[kind] = sum
	}
	return all
}

// ofTraffic passes rows on and keeps the busiest second of each attempt.
func (s summaries) ofTraffic(rows iter.Seq2[Traffic, error]) iter.Seq2[Traffic, error] {
	return each(rows, func(r Traffic) Traffic {
		if key := (attemptKey{r.Trial, r.Attempt}); r.Lasts() {
			s.goodput[key] = max(s.goodput[key], r.GoodputDown())
		}
		return r
	})
}

// kinds are the kinds of inputs that have columns of their own.
func kinds() []study.InputKind {
	return []study.InputKind{anyKind, study.Key, study.Click, study.Wheel, study.Drag}
}
