package analysis

import (
	"iter"
	"slices"
	"strings"

	"vmstudy/study"
	"vmstudy/study/instrument"
)

// valueKey names a measure or a numeric question of an instrument that is asked at an occasion, whatever the instrument's version.
type valueKey struct {
	occasion       study.Occasion
	instrument, id string
}

// bornByTrials are the occasions whose answers have columns in analysis.csv, each with what their names begin with and what the columns say of it.
var bornByTrials = []struct {
	occasion     study.Occasion
	prefix, says string
}{
	{study.AfterTrial, "", ""},
	{study.AfterBlock, "block_", "Asked after each block: the value of the block in which the trial lies, the same in all of its rows. "},
	{study.AfterVisit, "visit_", "Asked after each visit: the value of the visit in which the trial lies, the same in all of its rows. "},
}

// valueNames are the names of the columns of analysis.csv that have the values of measures and numeric questions. No two share one.
type valueNames map[valueKey]string

// valueName is the name of such a column unless another column has it: the id, with the instrument before it unless it begins with that already.
func valueName(instrument, id string) string {
	if id == instrument || strings.HasPrefix(id, instrument+"_") {
		return id
	}
	return instrument + "_" + id
}

// nameValues names the columns of everything that a version asks about trials. A name that a fixed column or another instrument
// has already gets the instrument before it. Older versions take their names first, so that publishing another renames no column.
func (p places) nameValues() valueNames {
	names, taken := valueNames{}, map[string]bool{}
	before, after := p.fixedColumns()
	for _, c := range slices.Concat(before, after) {
		taken[c.Name] = true
	}
	for _, v := range p.versions {
		for _, born := range bornByTrials {
			for _, in := range p.askedAt(v, born.occasion) {
				for _, value := range valuesOf(in, born.occasion) {
					if _, there := names[value.key]; there {
						continue
					}
					name := born.prefix + valueName(in.ID, value.key.id)
					for taken[name] {
						name = in.ID + "_" + name
					}
					names[value.key], taken[name] = name, true
				}
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
func valuesOf(in instrument.Instrument, o study.Occasion) (all []explained) {
	for _, m := range in.Measures {
		all = append(all, explained{valueKey{o, in.ID, m.ID}, m.Unit, computed(in, m)})
	}
	for _, q := range in.Questions() {
		if q.Numeric() {
			all = append(all, explained{valueKey{o, in.ID, q.ID}, q.Unit.String(), meaning(q)})
		}
	}
	return all
}

// askedAt returns the instruments that a version asks at an occasion, as it asks them.
func (p places) askedAt(v study.Version, o study.Occasion) []instrument.Instrument {
	return instruments(slices.Concat(asWritten(v.Design), p.library)).named(v.Design.AskedAt(o))
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

// valueColumns are the measures and the numeric questions of what any version asks about trials, blocks and visits, each once. If versions
// differ in what they say of one, the column says what the first of countedFirst does.
func (p places) valueColumns() (all []Column[analysisRow]) {
	there := map[valueKey]bool{}
	for _, born := range bornByTrials {
		for _, v := range p.countedFirst() {
			for _, in := range p.askedAt(v, born.occasion) {
				for _, value := range valuesOf(in, born.occasion) {
					if !there[value.key] {
						there[value.key] = true
						value.says = born.says + value.says
						all = append(all, p.valueColumn(value))
					}
				}
			}
		}
	}
	return all
}

func (p places) valueColumn(value explained) Column[analysisRow] {
	name, spans := p.names[value.key], value.key.occasion.Spans()
	says := value.says + " NA if it was not answered."
	if spans {
		says += " Empty for a trial that lies in none."
	}
	return Column[analysisRow]{name, value.unit, says, func(r analysisRow) Value {
		values, about := r.values[value.key.occasion]
		if v, there := values[name]; there {
			return Number(v)
		}
		switch {
		case spans && about:
			return Unknown // the block or visit has one value, whatever becomes of this trial
		case spans:
			return Value{}
		}
		return whenFinished(r, Unknown)
	}}
}

// bearing is what was answered at an occasion and belongs to a trial.
type bearing struct {
	occasion study.Occasion
	trial    study.TrialID
}

// occasionOf returns the occasion whose columns have what was answered at o: what is asked after the practice is about that trial.
func occasionOf(o study.Occasion) study.Occasion {
	if o.Spans() {
		return o
	}
	return study.AfterTrial
}

// values returns the scores and the numeric answers that belong to each trial, by the names of their columns.
func (p places) values(responses iter.Seq2[Response, error]) (map[bearing]map[string]float64, error) {
	all := map[bearing]map[string]float64{}
	for row, err := range valueRows(responses, p.askedOf(p.library)) {
		if err != nil {
			return nil, err
		}
		at := bearing{occasionOf(row.Occasion), row.Trial}
		name, named := p.names[valueKey{at.occasion, row.Instrument, row.name}]
		if row.Trial == 0 || !named {
			continue
		}
		if all[at] == nil {
			all[at] = map[string]float64{}
		}
		all[at][name] = row.value
	}
	return all, nil
}

// about returns what was answered about the trial with index i of a session: about itself, its block and its visit. What cannot be asked about it
// has no occasion there.
func about(s study.Session, i int, values map[bearing]map[string]float64) map[study.Occasion]map[string]float64 {
	all := map[study.Occasion]map[string]float64{study.AfterTrial: values[bearing{study.AfterTrial, s.Trials[i].ID}]}
	for _, o := range []study.Occasion{study.AfterBlock, study.AfterVisit} {
		if last, ok := s.Bearer(o, i); ok {
			all[o] = values[bearing{o, s.Trials[last].ID}]
		}
	}
	return all
}
