package analysis

import (
	"iter"
	"slices"

	"vmstudy/study"
)

// analysisRow is a trial with what models need of it.
type analysisRow struct {
	attemptRow // the attempt that counts or, if none does, the newest
	inputs     map[study.InputKind]inputSummary
	goodput    study.Bitrate                         // towards the participant, in the busiest second; 0 if it is not known
	values     map[study.Occasion]map[string]float64 // scores and numeric answers about the trial, its block and its visit, by the names of their columns
}

// analysisColumns returns the columns of analysis.csv. Those that trials.csv has, too, mean the same.
func (p places) analysisColumns() []Column[analysisRow] {
	before, after := p.fixedColumns()
	return slices.Concat(before, p.valueColumns(), after)
}

// fixedColumns returns the columns of analysis.csv that stand before and after those of what is asked.
func (p places) fixedColumns() (before, after []Column[analysisRow]) {
	why := func(r analysisRow) study.WhyNot { return p.set.Attempt(r.session, r.trial, r.Attempt) }
	before = slices.Concat(
		p.ofTrial("participant", "session_id", "study_hash"), analysisHead,
		p.ofTrial("group"), p.ofTrialFactors(), []Column[analysisRow]{sequenceColumn},
		p.ofTrial("trial_id", "position", "is_practice", "repetition", "condition", "access_method", "access_level"), analysisStream,
		p.ofTrial("network", "set_down_mbps", "set_up_mbps", "set_rtt_ms", "set_jitter_ms", "set_loss_percent", "measured_rtt_median_ms"), analysisTraffic,
		p.ofTrial("task", "form", "outcome"), analysisOutcome,
	)
	for _, kind := range kinds() {
		after = append(after, inputColumns(kind)...)
	}
	return before, slices.Concat(
		after, p.ofTrial("first_picture_ms", "first_crisp_ms", "ready_ms", "stream_waited_ms", "stream_paused_ms", "stream_buffering_ratio", "stream_misses", "accelerator", "chosen_because", "chosen_after"),
		countColumns(why),
	)
}

// ofTrial returns columns of trials.csv by their names.
func (p places) ofTrial(names ...string) (all []Column[analysisRow]) {
	for _, name := range names {
		for _, c := range slices.Concat(attemptColumns, conditionColumns, searchColumns) {
			if c.Name == name {
				all = append(all, Column[analysisRow]{c.Name, c.Unit, c.Meaning, func(r analysisRow) Value { return c.Get(r.attemptRow) }})
			}
		}
	}
	return all
}

func (p places) ofTrialFactors() (all []Column[analysisRow]) {
	for _, c := range factorColumns(p.factors) {
		all = append(all, Column[analysisRow]{c.Name, c.Unit, c.Meaning, func(r analysisRow) Value { return c.Get(r.attemptRow) }})
	}
	return all
}

var analysisHead = []Column[analysisRow]{
	{"study_version", "", "Number of the published version that the session follows.", func(r analysisRow) Value { return Number(r.session.Version.Number) }},
}

var sequenceColumn = Column[analysisRow]{"sequence", "", "Which of the design's sequences the participant got, counted from 1.", func(r analysisRow) Value {
	if !r.session.Assignment.Taken() {
		return Value{}
	}
	return Number(r.session.Assignment.Place.Number())
}}

var analysisStream = []Column[analysisRow]{
	{"strategy", "", "The strategy by which the machine is streamed, as the design has it; empty for other access methods, and if the design leaves it to the program.", func(r analysisRow) Value {
		return Text(string(r.trial.Condition.Strategy))
	}},
	{"is_warm", "", "TRUE if the stream begins with what the near end kept, as the design has it; empty for other access methods.", func(r analysisRow) Value {
		if r.trial.Condition.Method != study.Stream {
			return Value{}
		}
		return Flag(r.trial.Condition.Warm)
	}},
}

var analysisTraffic = []Column[analysisRow]{
	{"peak_goodput_down_mbps", "Mbps", "Payload that reached the participant's end in the busiest second, from network.csv. Rows whose span_ms is under 500, as that of the last may be, are passed over: a few packets make a high rate of them. Empty for local; NA if no other row is on record.", func(r analysisRow) Value {
		if r.goodput == 0 {
			return whenLink(r.attemptRow, Unknown)
		}
		return Number(r.goodput.Mbps())
	}},
}

var analysisOutcome = []Column[analysisRow]{
	{"is_completed", "", "TRUE if the machine saw that the task was complete; empty if the trial came to no outcome.", func(r analysisRow) Value { return whenFinished(r, Flag(r.Outcome == study.Completed)) }},
	{"time_on_task_ms", "ms", "From the first picture to the end; NA if the server's clock was set back meanwhile.", func(r analysisRow) Value {
		if r.TimeOnTask() < 0 {
			return Unknown
		}
		return Millis(r.TimeOnTask())
	}},
	{"is_censored", "", "TRUE if the task was not complete when that time ended, so that completing it would have taken longer: the limit, the participant or an experimenter ended it. FALSE if it was completed, or the participant said that it was done. For an analysis of survival.", func(r analysisRow) Value {
		return whenFinished(r, Flag(r.Outcome != study.Completed && r.Outcome != study.SaidDone))
	}},
	{"is_at_limit", "", "TRUE if the limit of the trial ended it.", func(r analysisRow) Value { return whenFinished(r, Flag(r.Outcome == study.TimeUp)) }},
}

// whenFinished is v if the trial came to an outcome; else nothing.
func whenFinished(r analysisRow, v Value) Value {
	if r.State != study.Finished {
		return Value{}
	}
	return v
}

// inputColumns are what the inputs of one kind, or of all kinds, come to.
func inputColumns(kind study.InputKind) []Column[analysisRow] {
	name, what := string(kind), "Inputs of the kind "+string(kind)
	if kind == anyKind {
		name, what = "input", "Keys, clicks, turns of the wheel and drags"
	}
	of := func(get func(inputSummary) Value) func(analysisRow) Value {
		return func(r analysisRow) Value {
			if !r.seen() {
				return Value{} // there was nothing to press on
			}
			return get(r.inputs[kind])
		}
	}
	share := func(part func(inputSummary) int) func(analysisRow) Value {
		return of(func(s inputSummary) Value {
			if s.inputs == 0 {
				return Value{}
			}
			return Number(float64(part(s)) / float64(s.inputs))
		})
	}
	return []Column[analysisRow]{
		{name + "_n", "", what + " of which it is known whether they were answered.", of(func(s inputSummary) Value { return Number(s.inputs) })},
		{name + "_unanswered_n", "", "Of these, those that no visible update answered within 10 s.", of(func(s inputSummary) Value { return Number(s.unanswered) })},
		{name + "_unknown_n", "", "Others, of which it is not known: is_cut in interactions.csv. They are in none of the next four.", of(func(s inputSummary) Value { return Number(s.unknown) })},
		{name + "_median_ms", "ms", "Median response time of those that were answered; empty if none was. Type 7 of Hyndman and Fan, as in R.", of(func(s inputSummary) Value { return Millis(s.times.Median) })},
		{name + "_p95_ms", "ms", "Their 95th percentile, of the same type.", of(func(s inputSummary) Value { return Millis(s.times.P95) })},
		{name + "_under_150ms", "", "Share that was answered in under 150 ms, from 0 to 1, of " + name + "_n: what was never answered counts as slow.", share(func(s inputSummary) int { return s.crisp })},
		{name + "_under_1s", "", "The same for a second.", share(func(s inputSummary) int { return s.prompt })},
	}
}

// analysisRows yields every trial, in the order of sessions and of conduct. sums must be complete when it begins.
func (p places) analysisRows(sessions iter.Seq2[study.Session, error], responses iter.Seq2[Response, error], sums summaries) iter.Seq2[analysisRow, error] {
	return func(yield func(analysisRow, error) bool) {
		values, err := p.values(responses)
		if err != nil {
			yield(analysisRow{}, err)
			return
		}
		for s, err := range sessions {
			if err != nil {
				yield(analysisRow{}, err)
				return
			}
			for i, t := range s.Trials {
				a := t.Last()
				if a.State == "" {
					a.Set = t.Condition.Network.Network // what it would have been
				}
				key := attemptKey{t.ID, a.Number}
				row := analysisRow{attemptRow{s, t, a, p.crisp[a.ID]}, sums.inputs[key], sums.goodput[key], about(s, i, values)}
				if !yield(row, nil) {
					return
				}
			}
		}
	}
}
