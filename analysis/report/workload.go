package report

import (
	"slices"
	"strings"

	"vmstudy/analysis/stat"
	"vmstudy/study/instrument"
)

// scored returns the instruments that are not single items: what is shown of them are their measures.
func (d Data) scored() (all []instrument.Instrument) {
	for _, in := range d.Instruments {
		single := slices.ContainsFunc(d.rated(), func(r rated) bool { return r.Instrument == in.ID })
		if !single && len(in.Measures) > 0 {
			all = append(all, in)
		}
	}
	return all
}

// mostSubscales is up to how many questions of an instrument are shown one by one.
const mostSubscales = 10

// Workload shows the measures of instruments with several questions, as NASA-TLX: first the measure, then what it was made of.
func Workload(d Data) Section {
	s := Section{ID: "scores", Title: "Workload and other scores"}
	l, by := Laid(d.Design), d.byCondition()
	for _, in := range d.scored() {
		for _, m := range in.Measures {
			name, _, _ := strings.Cut(m.Meaning, ",")
			x := dotted{id: address(in.ID) + "-" + m.ID, title: name, axis: name + ", " + m.Unit, unit: m.Unit, of: Asked{in.ID, m.ID}.of, decimals: 1, caption: m.Meaning + "."}
			if f, any := x.figure(l, by); any {
				s.Figures = append(s.Figures, f)
			}
		}
		if t, any := subscales(d, in, l, by); any {
			s.Tables = append(s.Tables, t)
		}
	}
	if len(s.Figures)+len(s.Tables) > 0 {
		s.Notes = append([]string{"Of several trials of one person in a condition the mean is one value."}, l.notes(metric)...)
	}
	return s
}

// subscales shows each question of an instrument.
func subscales(d Data, in instrument.Instrument, l Layout, by map[string][]*Trial) (Table, bool) {
	t := Table{
		ID: "subscales-" + address(in.ID), Title: d.Design.Reading(in.Title) + ": each question",
		Columns: slices.Concat(texts("Question", "Condition", "Level"), numbers("People", "Mean", "Low", "High"), differenceColumns("points")),
	}
	questions := 0
	any := false
	for _, q := range in.Questions() {
		if !q.Numeric() {
			continue
		}
		questions++
		for _, setting := range l.Settings {
			var obs []stat.Observation
			for i, c := range setting.Conditions {
				own := observed(by[c.Code()], Asked{in.ID, q.ID}.answer, c.Code())
				obs = append(obs, own...)
				any = any || len(own) > 0
				mid, limits := metric.centre(valuesOf(own))
				cells := []Cell{text(d.Design.Reading(q.Name())), text(setting.Label), text(setting.Levels[i]), count(len(own)), number(mid, 1), {Say: none}, {Say: none}}
				if limits != nil {
					cells[5], cells[6] = number(limits.Low, 1), number(limits.High, 1)
				}
				t.Rows = append(t.Rows, cells)
			}
			t.Rows = alongside(t.Rows, len(setting.Conditions), setting.differences(metric, obs), 1, len(t.Columns))
		}
	}
	return t, any && questions > 1 && questions <= mostSubscales
}

// people counts who is in some trials.
func people(trials []*Trial) int {
	seen := map[string]bool{}
	for _, t := range trials {
		seen[t.Participant] = true
	}
	return len(seen)
}

// share writes a part of a whole in percent.
func share(part, whole int) Cell {
	if whole == 0 {
		return Cell{Say: none}
	}
	x := 100 * float64(part) / float64(whole)
	c := number(x, 1)
	if part > 0 && c.Say == "0.0" {
		c.Say = "<0.1"
	}
	if part < whole && c.Say == "100.0" {
		c.Say = ">99.9"
	}
	return c
}
