package analysis

import (
	"iter"
	"slices"
	"strings"

	"vmstudy/study"
	"vmstudy/study/instrument"
)

// valueKey names a measure or a numeric question of an instrument, whatever the instrument's version.
type valueKey struct{ instrument, id string }

// valueNames are the names of the columns of analysis.csv that have the values of measures and numeric questions. No two share one.
type valueNames map[valueKey]string

// valueName is the name of such a column unless another column has it: the id, with the instrument before it unless it begins with that already.
func valueName(instrument, id string) string {
	if id == instrument || strings.HasPrefix(id, instrument+"_") {
		return id
	}
	return instrument + "_" + id
}

// nameValues names the columns of everything that a version asks after trials. A name that a fixed column or another instrument
// has already gets the instrument before it. Older versions take their names first, so that publishing another renames no column.
func (p places) nameValues() valueNames {
	names, taken := valueNames{}, map[string]bool{}
	before, after := p.fixedColumns()
	for _, c := range slices.Concat(before, after) {
		taken[c.Name] = true
	}
	for _, v := range p.versions {
		for _, in := range p.afterTrials(v) {
			for _, value := range valuesOf(in) {
				if _, there := names[value.key]; there {
					continue
				}
				name := valueName(in.ID, value.key.id)
				for taken[name] {
					name = in.ID + "_" + name
				}
				names[value.key], taken[name] = name, true
			}
		}
	}
	return names
}

// explained is a measure or a numeric question with what its column says of it.
type explained struct {
	key        valueKey
	unit, says string
}

// valuesOf returns the measures and the numeric questions of an instrument. A question may have the key of a measure.
func valuesOf(in instrument.Instrument) (all []explained) {
	for _, m := range in.Measures {
		all = append(all, explained{valueKey{in.ID, m.ID}, m.Unit, computed(in, m)})
	}
	for _, q := range in.Questions() {
		if q.Numeric() {
			all = append(all, explained{valueKey{in.ID, q.ID}, q.Unit.String(), meaning(q)})
		}
	}
	return all
}

// afterTrials returns the instruments that a version asks after trials, as it asks them.
func (p places) afterTrials(v study.Version) []instrument.Instrument {
	return instruments(slices.Concat(asWritten(v.Design), p.library)).of(v.Design)
}

// countedFirst returns all versions: those whose data count come first, and of both the newest.
func (p places) countedFirst() []study.Version {
	counted := p.counted()
	others := slices.DeleteFunc(slices.Clone(p.versions), func(v study.Version) bool {
		return slices.ContainsFunc(counted, func(c study.Version) bool { return c.ID == v.ID })
	})
	slices.Reverse(counted)
	slices.Reverse(others)
	return slices.Concat(counted, others)
}

// valueColumns are the measures and the numeric questions of what any version asks after trials, each once. If versions differ in what
// they say of one, the column says what the first of countedFirst does.
func (p places) valueColumns() (all []Column[analysisRow]) {
	there := map[valueKey]bool{}
	for _, v := range p.countedFirst() {
		for _, in := range p.afterTrials(v) {
			for _, value := range valuesOf(in) {
				if !there[value.key] {
					there[value.key] = true
					all = append(all, p.valueColumn(value))
				}
			}
		}
	}
	return all
}

func (p places) valueColumn(value explained) Column[analysisRow] {
	name := p.names[value.key]
	return Column[analysisRow]{name, value.unit, value.says + " NA if it was not answered.", func(r analysisRow) Value {
		if v, there := r.values[name]; there {
			return Number(v)
		}
		return whenFinished(r, Unknown)
	}}
}

// values returns the scores and the numeric answers about each trial, by the names of their columns.
func (p places) values(responses iter.Seq2[Response, error]) (map[study.TrialID]map[string]float64, error) {
	all := map[study.TrialID]map[string]float64{}
	for row, err := range valueRows(responses, p.askedOf(p.library)) {
		if err != nil {
			return nil, err
		}
		name, named := p.names[valueKey{row.Instrument, row.name}]
		if row.Trial == 0 || !named {
			continue
		}
		if all[row.Trial] == nil {
			all[row.Trial] = map[string]float64{}
		}
		all[row.Trial][name] = row.value
	}
	return all, nil
}
