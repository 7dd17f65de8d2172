package report

import (
	"slices"
	"time"

	"vmstudy/analysis/figure"
	"vmstudy/analysis/stat"
	"vmstudy/study"
)

// kinds are the kinds of inputs that have response times.
var kinds = []study.InputKind{study.Key, study.Click, study.Wheel, study.Drag}

// Responses shows how quickly inputs were answered.
func Responses(d Data) Section {
	s := Section{ID: "responses", Title: "Response times"}
	l, by := Laid(d.Design), d.byCondition()
	x := dotted{
		id: "response-times", title: "Response time, each person’s median", axis: "median response time of a person, ms", unit: "ms", scale: ordinal, decimals: 0, low: 10, high: 1000, log: true,
		values: personMedians, caption: "From an input to the frame that shows its answer: the median of each person’s inputs that were answered.",
	}
	for _, b := range stat.Bands() {
		x.bands = append(x.bands, figure.Band{Name: b.Name, From: float64(b.From.Milliseconds()), To: float64(b.To.Milliseconds())})
	}
	if f, any := x.figure(l, by); any {
		s.Figures = append(s.Figures, f)
	}
	if t, any := byKind(l, by); any {
		s.Tables = append(s.Tables, t)
	}
	if len(s.Figures)+len(s.Tables) > 0 {
		s.Lead = []string{"From a key, a click, a turn of the wheel or the end of a drag to the frame in which the answering screen update was drawn."}
		s.Notes = append([]string{
			"The table has each person’s median, and the median of those with its interval between order statistics. Shares are of all inputs whose answer is known, also of those that got none: what is not answered within 10 s counts as slow. Under 150 ms a response is crisp (Tolia, Andersen and Satyanarayanan, 2006).",
			"Often nothing on the screen answers a turn of the wheel or a drag, and some keys; so a share that got no answer is not a share that was lost.",
		}, l.notes(ordinal)...)
	}
	return s
}

// personMedians is each person's median response time in ms, over all their inputs in a condition.
func personMedians(trials []*Trial, condition string) []stat.Observation {
	return mediansOf(trials, condition, kinds)
}

func mediansOf(trials []*Trial, condition string, of []study.InputKind) (all []stat.Observation) {
	own, order := map[string]stat.SortedTimes{}, []string{}
	for _, t := range trials {
		for _, k := range of {
			if times := t.Inputs[k].Answered; len(times) > 0 {
				if own[t.Participant] == nil {
					order = append(order, t.Participant)
				}
				own[t.Participant] = append(own[t.Participant], times)
			}
		}
	}
	for _, who := range order {
		if median, err := own[who].Quantile(0.5); err == nil { // there are some
			all = append(all, stat.Observation{Participant: who, Condition: condition, Value: median / 1000})
		}
	}
	return all
}

// byKind describes the inputs of each kind.
func byKind(l Layout, by map[string][]*Trial) (Table, bool) {
	t := Table{
		ID: "responses-by-kind", Title: "By kind of input",
		Columns: slices.Concat(texts("Condition", "Level", "Input"), numbers("People", "Inputs", "Median of medians (ms)", "Low", "High", "Under 150 ms (%)", "Under 1 s (%)", "Not within 10 s (%)")),
	}
	for _, setting := range l.Settings {
		for i, c := range setting.Conditions {
			for _, kind := range append(slices.Clone(kinds), "") {
				of, name := []study.InputKind{kind}, string(kind)
				if kind == "" {
					of, name = kinds, "all"
				}
				inputs, crisp, prompt, silent := tally(by[c.Code()], of)
				if inputs == 0 {
					continue
				}
				medians := valuesOf(mediansOf(by[c.Code()], c.Code(), of))
				mid, limits := ordinal.centre(medians)
				row := []Cell{
					text(setting.Label), text(setting.Levels[i]), text(name), count(len(medians)), count(inputs), number(mid, 0),
					{Say: none},
					{Say: none},
					share(crisp, inputs), share(prompt, inputs), share(silent, inputs),
				}
				if limits != nil {
					row[6], row[7] = number(limits.Low, 0), number(limits.High, 0)
				}
				t.Rows = append(t.Rows, row)
			}
		}
	}
	return t, len(t.Rows) > 0
}

// tally counts inputs, and those of them that were answered in under 150 ms, in under a second, and not within 10 s.
func tally(trials []*Trial, of []study.InputKind) (inputs, crisp, prompt, silent int) {
	for _, t := range trials {
		for _, k := range of {
			in := t.Inputs[k]
			times := stat.SortedTimes{in.Answered}
			inputs += len(in.Answered) + in.Silent
			crisp += times.Under(study.CrispLimit)
			prompt += times.Under(time.Second)
			silent += in.Silent
		}
	}
	return inputs, crisp, prompt, silent
}
