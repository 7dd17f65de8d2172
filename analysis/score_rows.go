package analysis

import (
	"fmt"
	"iter"
	"slices"
	"strconv"

	"vmstudy/study"
	"vmstudy/study/instrument"
)

// scoreRow is the value of one measure of an instrument that was filled in once.
type scoreRow struct {
	Response // the first of the answers
	version  int
	measure  instrument.Measure
	value    float64
}

// scoreColumns are the columns of scores.csv.
func scoreColumns(why verdicts) []Column[scoreRow] {
	return slices.Concat(scoreHead, levelColumns(func(r scoreRow) study.Condition { return r.Condition }), scoreTail, countColumns(func(r scoreRow) study.WhyNot { return why.ofScore(r.Response) }))
}

var scoreHead = []Column[scoreRow]{
	{"session_id", "", "Number of the session.", func(r scoreRow) Value { return id(r.Session) }},
	{"participant", "", "Code of the participant.", func(r scoreRow) Value { return Text(r.Participant) }},
	{"study_hash", "", "SHA-256 of the study's version.", func(r scoreRow) Value { return Text(r.Hash) }},
	{"trial_id", "", "Number of the trial; empty for what is not about a trial.", func(r scoreRow) Value { return id(r.Trial) }},
	{"position", "", "Place of the trial in the session, counted from 1; empty for what is not about a trial.", func(r scoreRow) Value { return positive(r.Position) }},
}

var scoreTail = []Column[scoreRow]{
	{"instrument", "", "The questionnaire.", func(r scoreRow) Value { return Text(r.Instrument) }},
	{"instrument_version", "", "Its version, by which the measure was computed.", func(r scoreRow) Value { return Number(r.version) }},
	{"measure", "", "What was computed from its answers; the codebook lists all measures.", func(r scoreRow) Value { return Text(r.measure.ID) }},
	{"score", "", "The value of the measure, in the unit beside it.", func(r scoreRow) Value { return Number(r.value) }},
	{"unit", "", "The unit of the score.", func(r scoreRow) Value { return Text(r.measure.Unit) }},
	{"answered_at", "UTC", "When the questionnaire was sent.", func(r scoreRow) Value { return Moment(r.At) }},
}

// scoreRows computes the measures of all questionnaires. Answers that an instrument does not allow are left out of them; a measure that
// misses answers has no row. asked returns the instruments of a participant's study. Responses come participant by participant, and no more than those of one are kept.
func scoreRows(responses iter.Seq2[Response, error], asked func(participant string) instruments) iter.Seq2[scoreRow, error] {
	return func(yield func(scoreRow, error) bool) {
		for person, err := range byPerson(responses) {
			if err != nil {
				yield(scoreRow{}, err)
				return
			}
			if !person.rows(asked(person.of), yield) {
				return
			}
		}
	}
}

// valueRow is a number about what an instrument was filled in about: a measure, or the answer to a numeric question.
type valueRow struct {
	Response // the first of the answers
	name     string
	value    float64
}

// valueRows yields the numeric answers that the instruments allow, and then the measures, of each person.
func valueRows(responses iter.Seq2[Response, error], asked func(participant string) instruments) iter.Seq2[valueRow, error] {
	return func(yield func(valueRow, error) bool) {
		for person, err := range byPerson(responses) {
			if err != nil {
				yield(valueRow{}, err)
				return
			}
			for _, row := range person.numbers(asked(person.of)) {
				if !yield(row, nil) {
					return
				}
			}
			scored := func(r scoreRow, err error) bool { return yield(valueRow{r.Response, r.measure.ID, r.value}, err) }
			if !person.rows(asked(person.of), scored) {
				return
			}
		}
	}
}

// byPerson gathers what each person has answered.
func byPerson(responses iter.Seq2[Response, error]) iter.Seq2[*answers, error] {
	return func(yield func(*answers, error) bool) {
		person := newAnswers()
		for r, err := range responses {
			if err != nil {
				yield(nil, err)
				return
			}
			if person.of != r.Participant {
				if !yield(person, nil) {
					return
				}
				person = newAnswers()
			}
			person.add(r)
		}
		yield(person, nil)
	}
}

// answers are all that one person has answered.
type answers struct {
	of    string // code of the participant
	order []answered
	first map[answered]Response
	all   map[answered][]study.Answer
}

func newAnswers() *answers {
	return &answers{first: map[answered]Response{}, all: map[answered][]study.Answer{}}
}

func (a *answers) add(r Response) {
	key := answered{participant: fmt.Sprintf("%s/%d", r.Participant, r.Session), trial: r.Trial, task: r.Condition.Task.Level(), instrument: r.Instrument}
	if _, there := a.first[key]; !there {
		a.order = append(a.order, key)
		a.first[key] = r
	}
	a.of = r.Participant
	a.all[key] = append(a.all[key], study.Answer{Item: r.Item, Value: r.Value})
}

// numbers returns the answers to numeric questions that the instruments allow.
func (a *answers) numbers(asked instruments) (all []valueRow) {
	for _, key := range a.order {
		in, known := asked.find(key.instrument)
		if !known {
			continue
		}
		sound, _ := in.Part(a.all[key])
		for _, given := range sound {
			q, _ := in.Question(given.Item)
			if v, err := strconv.ParseFloat(given.Value, 64); err == nil && q.Numeric() {
				all = append(all, valueRow{a.first[key], given.Item, v})
			}
		}
	}
	return all
}

// rows yields the scores of the person. It returns false if no more are wanted.
func (a *answers) rows(asked instruments, yield func(scoreRow, error) bool) bool {
	sound := map[answered][]study.Answer{}
	for _, key := range a.order {
		if in, known := asked.find(key.instrument); known {
			sound[key], _ = in.Part(a.all[key])
		}
	}
	common := share(asked, a.order, sound)
	for _, key := range a.order {
		in, known := asked.find(key.instrument)
		if !known {
			continue
		}
		values := map[string]float64{}
		for _, s := range in.Scores(sound[key], common.with(key)) {
			values[s.ID] = s.Value
		}
		for _, m := range in.Measures {
			value, there := values[m.ID]
			if there && !yield(scoreRow{a.first[key], in.Version, m, value}, nil) {
				return false
			}
		}
	}
	return true
}
