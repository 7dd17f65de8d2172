package analysis

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"vmstudy/study"
	"vmstudy/study/instrument"
)

// conditionRow is a condition of one version.
type conditionRow struct {
	version  study.Version
	practice bool
	study.Condition
}

// conditionTable returns the columns of conditions.csv.
func (p places) conditionTable() []Column[conditionRow] {
	all := []Column[conditionRow]{
		{"study_version", "", "Number of the version.", func(r conditionRow) Value { return Number(r.version.Number) }},
		{"study_hash", "", "Its SHA-256.", func(r conditionRow) Value { return Text(r.version.Hash) }},
		{"is_practice", "", "TRUE for the condition of the practice trial, which does not count.", func(r conditionRow) Value { return Flag(r.practice) }},
	}
	all = append(all, levelColumns(func(r conditionRow) study.Condition { return r.Condition })...)
	all = append(
		all,
		Column[conditionRow]{"groups", "", "The groups whose participants meet it, parted by spaces; empty in studies without groups.", func(r conditionRow) Value { return Text(groupsOf(r)) }},
		Column[conditionRow]{"set_network", "", "The whole network, in words. Empty for local, as the next five are.", func(r conditionRow) Value { return ofNetwork(r, Text(r.Network.Network.String())) }},
		Column[conditionRow]{"set_down_mbps", "Mbps", "As in trials.csv.", func(r conditionRow) Value {
			return setRate(r.asAttempt(), r.Network.Network.Down, r.Network.Network.TraceDown)
		}},
		Column[conditionRow]{"set_up_mbps", "Mbps", "As in trials.csv.", func(r conditionRow) Value {
			return setRate(r.asAttempt(), r.Network.Network.Up, r.Network.Network.TraceUp)
		}},
		Column[conditionRow]{"set_rtt_ms", "ms", "As in trials.csv.", func(r conditionRow) Value { return ofNetwork(r, Number(inMillis(r.Network.Network.RTT))) }},
		Column[conditionRow]{"set_jitter_ms", "ms", "As in trials.csv.", func(r conditionRow) Value { return ofNetwork(r, Number(inMillis(r.Network.Network.Jitter))) }},
		Column[conditionRow]{"set_loss_percent", "%", "As in trials.csv.", func(r conditionRow) Value { return ofNetwork(r, Number(percent(r.Network.Network.Loss))) }},
	)
	for _, x := range p.factors {
		all = append(all, Column[conditionRow]{"factor_" + x.Name, "", factorMeaning(x), func(r conditionRow) Value { return Text(r.FreeLevel(x.Name)) }})
	}
	return all
}

// asAttempt is a row of trials.csv of the condition, for what depends on nothing else.
func (r conditionRow) asAttempt() attemptRow {
	return attemptRow{trial: study.Trial{Condition: r.Condition}}
}

func ofNetwork(r conditionRow, v Value) Value { return whenLink(r.asAttempt(), v) }

func groupsOf(r conditionRow) string {
	var names []string
	for _, g := range r.version.Design.Groups {
		meets := func(c study.Condition) bool { return c.Code() == r.Code() }
		if slices.ContainsFunc(r.version.Design.For(g.Name).Conditions(), meets) {
			names = append(names, g.Name)
		}
	}
	return strings.Join(names, " ")
}

// conditionRows yields the conditions of every version, in the order of its design; that of practice first.
func (p places) conditionRows() iter.Seq2[conditionRow, error] {
	return func(yield func(conditionRow, error) bool) {
		for _, v := range p.versions {
			if c, ok := v.Design.PracticeCondition(); ok && !yield(conditionRow{v, true, c}, nil) {
				return
			}
			for _, c := range v.Design.Conditions() {
				if !yield(conditionRow{v, false, c}, nil) {
					return
				}
			}
		}
	}
}

// levelRow is a level of a factor of one version.
type levelRow struct {
	version      study.Version
	factor       string // the column that has it
	order        int
	level, label string
}

var levelTable = []Column[levelRow]{
	{"study_version", "", "Number of the version.", func(r levelRow) Value { return Number(r.version.Number) }},
	{"study_hash", "", "Its SHA-256.", func(r levelRow) Value { return Text(r.version.Hash) }},
	{"factor", "", "The factor, by the name of the column that has its levels in analysis.csv and trials.csv.", func(r levelRow) Value { return Text(r.factor) }},
	{"level_order", "", "Place of the level in the design, from 1: the order for tables and figures.", func(r levelRow) Value { return Number(r.order) }},
	{"level", "", "The level, as that column spells it.", func(r levelRow) Value { return Text(r.level) }},
	{"label", "", "What it means, in words.", func(r levelRow) Value { return Text(r.label) }},
}

// levelRows yields the levels of every factor of every version.
func (p places) levelRows() iter.Seq2[levelRow, error] {
	return func(yield func(levelRow, error) bool) {
		for _, v := range p.versions {
			for _, row := range levelsOf(v) {
				if !yield(row, nil) {
					return
				}
			}
		}
	}
}

func levelsOf(v study.Version) (all []levelRow) {
	d, add := v.Design, func(factor string, order int, level, label string) {
		all = append(all, levelRow{version: v, factor: factor, order: order, level: level, label: label})
	}
	for i, a := range d.Methods {
		add("access_level", i+1, a.Level(), fmt.Sprintf("access method %s", a.Method))
	}
	for i, n := range d.Networks {
		add("network", i+1, n.Name, n.Network.String())
	}
	if slices.ContainsFunc(d.Methods, func(a study.Access) bool { return !a.Method.Networked() }) {
		add("network", len(d.Networks)+1, study.NoNetwork.Name, "no network: the local method")
	}
	for i, t := range d.Tasks {
		add("task", i+1, t.Level(), t.Title.String())
	}
	for i, g := range d.Groups {
		label := g.Title
		if label == "" {
			label = g.Name
		}
		add("group", i+1, g.Name, label)
	}
	for _, x := range d.Factors {
		for i, l := range x.Levels {
			add("factor_"+x.Name, i+1, l.Name, l.Titled())
		}
		if !x.Only.Empty() {
			add("factor_"+x.Name, len(x.Levels)+1, study.NoLevel, "a condition that the factor is not crossed with")
		}
	}
	return all
}

// instrumentRow is a question or a measure of an instrument.
type instrumentRow struct {
	instrument.Instrument
	asked string           // when
	item  *instrument.Item // a question; nil for a measure
	instrument.Measure
}

// instrumentTable returns the columns of instruments.csv.
func (p places) instrumentTable() []Column[instrumentRow] {
	in := func(column string, o study.Occasion, of string) Column[instrumentRow] {
		return Column[instrumentRow]{column, "", "The column of analysis.csv that has its value for " + of + "; empty if none has.", func(r instrumentRow) Value {
			return Text(p.names[valueKey{o, r.Instrument.ID, r.id()}])
		}}
	}
	return append(
		slices.Clone(instrumentColumns), in("analysis_column", study.AfterTrial, "each trial"),
		in("block_column", study.AfterBlock, "the block of each trial"), in("visit_column", study.AfterVisit, "the visit of each trial"),
	)
}

// id is what the question or the measure is called within the instrument.
func (r instrumentRow) id() string {
	if r.item == nil {
		return r.Measure.ID
	}
	return r.item.ID
}

var instrumentColumns = []Column[instrumentRow]{
	{"instrument", "", "The questionnaire, as responses.csv and scores.csv spell it.", func(r instrumentRow) Value { return Text(r.Instrument.ID) }},
	{"instrument_version", "", "Its version, raised with every change that a participant could notice.", func(r instrumentRow) Value { return Number(r.Version) }},
	{"instrument_title", "", "Its title, as participants read it.", func(r instrumentRow) Value { return Text(r.Instrument.Title.String()) }},
	{"asked", "", "When participants meet it: " + occasionMeaning + ". Several are parted by spaces.", func(r instrumentRow) Value { return Text(r.asked) }},
	{"entry", "", "question: something that is asked. measure: a number that is computed from answers.", func(r instrumentRow) Value {
		if r.item == nil {
			return Text("measure")
		}
		return Text("question")
	}},
	{"item", "", "The question within it, as responses.csv spells it; or the measure, as scores.csv does.", func(r instrumentRow) Value { return Text(r.id()) }},
	{"kind", "", "How the question is answered.", func(r instrumentRow) Value {
		if r.item == nil {
			return Value{}
		}
		return Text(string(r.item.Kind))
	}},
	{"wording", "", "What participants read, with the answers that it may have; of a measure its range and how it is computed.", func(r instrumentRow) Value {
		if r.item == nil {
			return Text(computed(r.Instrument, r.Measure))
		}
		return Text(meaning(*r.item))
	}},
	{"unit", "", "The unit of its value.", func(r instrumentRow) Value {
		if r.item == nil {
			return Text(r.Unit)
		}
		return Text(r.item.Unit.String())
	}},
	{"scoring", "", "The formula of a measure, or the questions of which it is the mean.", func(r instrumentRow) Value {
		if len(r.Mean) > 0 {
			return Text("mean(" + strings.Join(r.Mean, ", ") + ")")
		}
		return Text(r.Formula)
	}},
	{"source", "", "Where the instrument comes from.", func(r instrumentRow) Value { return Text(strings.Join(strings.Fields(r.Source), " ")) }},
}

// instrumentRows yields the questions and measures of every instrument that a version asks, in the words in which it asks them. Of an instrument that was edited
// without a new version number those of the newest version count whose data do.
func (p places) instrumentRows() iter.Seq2[instrumentRow, error] {
	return func(yield func(instrumentRow, error) bool) {
		seen := map[string]bool{}
		for _, v := range p.countedFirst() {
			known := slices.Concat(instruments(asWritten(v.Design)), p.library)
			for _, id := range v.Design.Asked() {
				in, found := instruments(known).find(id)
				name := fmt.Sprintf("%s %d", in.ID, in.Version)
				if !found || seen[name] {
					continue
				}
				seen[name] = true
				for _, row := range rowsOf(in, whenAsked(v.Design, id)) {
					if !yield(row, nil) {
						return
					}
				}
			}
		}
	}
}

func rowsOf(in instrument.Instrument, asked string) (all []instrumentRow) {
	for _, q := range in.Questions() {
		all = append(all, instrumentRow{Instrument: in, asked: asked, item: &q})
	}
	for _, m := range in.Measures {
		all = append(all, instrumentRow{Instrument: in, asked: asked, Measure: m})
	}
	return all
}

// whenAsked names the occasions at which an instrument is asked, parted by spaces.
func whenAsked(d study.Design, id string) string {
	var all []string
	for _, o := range study.Occasions() {
		if slices.Contains(d.AskedAt(o), id) {
			all = append(all, string(o))
		}
	}
	return strings.Join(all, " ")
}
