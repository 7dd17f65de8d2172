package document

import (
	"encoding/json"
	"slices"
	"strings"

	"vmstudy/study/instrument"
)

// WriteInstrument returns the text of an instrument. ReadInstrument reads it again if the instrument has no fault.
func WriteInstrument(in instrument.Instrument) string { return emit(instrumentCodec.write(in)) }

// ReadInstrument reads an instrument from a text and checks it. It returns every fault at once, with places and lines:
// those of the text, or else those of instrument.Instrument.Check.
func ReadInstrument(content []byte) (instrument.Instrument, []Fault) {
	r := &reader{}
	in, root := readDraft(content, r)
	if len(r.faults) == 0 {
		for _, f := range in.Check() {
			r.fault(f.At, root.at(f.At).line, "%s", f.Say)
		}
	}
	if len(r.faults) > 0 {
		return instrument.Instrument{}, r.sorted()
	}
	return in, nil
}

// readDraft reads an instrument that may have faults of its own.
func readDraft(content []byte, r *reader) (in instrument.Instrument, root node) {
	root, ok := parse(content, r)
	if ok {
		instrumentCodec.read(r, "", root, &in)
	}
	return in, root
}

// InstrumentSchema returns the JSON Schema (draft 2020-12) of the text of an instrument.
func InstrumentSchema() []byte {
	s := instrumentCodec.schema()
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["title"] = "An instrument of vmstudy"
	b, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		panic(err) // maps of strings
	}
	return append(b, '\n')
}

type (
	inst   = instrument.Instrument
	item   = instrument.Item
	option = instrument.Option
	row    = instrument.Row
	when   = instrument.When
)

// exact is a number with at most six digits behind the point.
func exact() codec[instrument.Decimal] { return fixed[instrument.Decimal](6) }

var instrumentCodec = objectOf(
	must(in("id", func(i *inst) *string { return &i.ID }, text[string](), "The name of the instrument in the data.")),
	must(in("version", func(i *inst) *int { return &i.Version }, whole[int](), "Counts from 1. A change that participants could notice raises it.")),
	must(said("title", func(i *inst) *wording { return &i.Title }, "Stands above the questions.")),
	said("intro", func(i *inst) *wording { return &i.Intro }, "What participants read before the questions."),
	in("source", func(i *inst) *string { return &i.Source }, text[string](), "Where it comes from and how it is scored, for the codebook. Participants do not see it."),
	in("shuffled", func(i *inst) *bool { return &i.Shuffled }, flag(), "Each person meets the items in an order of their own, which is stored."),
	must(all("items", func(i *inst) *[]item { return &i.Items }, itemCodec, instrument.MaxQuestions, "What is asked, in this order.")),
	all("measures", func(i *inst) *[]instrument.Measure { return &i.Measures }, measureCodec, instrument.MaxMeasures, "The numbers that are computed from the answers."),
)

var itemCodec = objectOf(
	must(in("id", func(i *item) *string { return &i.ID }, text[string](), "The name of the question in the data.")),
	said("title", func(i *item) *wording { return &i.Title }, "A few words, for messages and tables; without it, the question itself is used."),
	must(said("text", func(i *item) *wording { return &i.Text }, "The question.")),
	said("help", func(i *item) *wording { return &i.Help }, "A longer explanation below the question."),
	must(in("kind", func(i *item) *instrument.Kind { return &i.Kind }, oneOf(words(instrument.Kinds()...)...),
		"How it is answered. scale: one of 2 to 11 points. ticks: one of many marks on a line. analogue: any place on a line. choice: one option. choices: several options. number: a number. "+
			"short_text, text: words. matrix: rows that share one scale.")),
	all("options", func(i *item) *[]option { return &i.Options }, optionCodec, instrument.MaxOptions,
		"The answers to choose from. Of a scale or matrix: every point with its number and label. Of an analogue line: labels beside it."),
	in("shuffled", func(i *item) *bool { return &i.Shuffled }, flag(), "Each person meets the options, or the rows of a matrix, in an order of their own, which is stored."),
	in("from", func(i *item) *instrument.Decimal { return &i.From }, exact(), "The number at the lower end; without it, 0."),
	in("to", func(i *item) *instrument.Decimal { return &i.To }, exact(), "The number at the upper end."),
	in("step", func(i *item) *instrument.Decimal { return &i.Step }, exact(), "From one number to the next; without it, 1. A number that is typed may be any number then; with 1, it is a whole one."),
	said("low", func(i *item) *wording { return &i.Low }, "The label at the lower end."),
	said("high", func(i *item) *wording { return &i.High }, "The label at the upper end."),
	in("unnumbered", func(i *item) *bool { return &i.Unnumbered }, flag(), "Participants do not see the numbers."),
	said("unit", func(i *item) *wording { return &i.Unit }, "What a number counts, such as years."),
	in("least", func(i *item) *int { return &i.Least }, whole[int](), "How many options must be chosen at least."),
	in("most", func(i *item) *int { return &i.Most }, whole[int](), "How many options may be chosen at most; without it, all."),
	in("limit", func(i *item) *int { return &i.Limit }, whole[int](), "How many characters a text may have."),
	all("rows", func(i *item) *[]row { return &i.Rows }, rowCodec, instrument.MaxQuestions, "The rows of a matrix. Each is a question of its own."),
	in("optional", func(i *item) *bool { return &i.Optional }, flag(), "It may be left without an answer."),
	in("declining", func(i *item) *bool { return &i.Declining }, flag(), `"I prefer not to answer" can be chosen. It is stored as withheld, and measures treat it as missing.`),
	all("shown_if", func(i *item) *[]when { return &i.ShownIf }, whenCodec, 20, "It is shown only if all of these hold."),
)

var optionCodec = objectOf(
	must(in("value", func(o *option) *string { return &o.Value }, bare(), "What is stored.")),
	must(said("label", func(o *option) *wording { return &o.Label }, "What participants read.")),
	in("exclusive", func(o *option) *bool { return &o.Exclusive }, flag(), "It cannot be chosen together with others, as none of these."),
)

var rowCodec = objectOf(
	must(in("id", func(w *row) *string { return &w.ID }, text[string](), "The name of the question in the data.")),
	said("title", func(w *row) *wording { return &w.Title }, "As of an item."),
	said("text", func(w *row) *wording { return &w.Text }, "The question. It may be left out if the ends of the row say it."),
	said("low", func(w *row) *wording { return &w.Low }, "The label at the lower end of this row."),
	said("high", func(w *row) *wording { return &w.High }, "The label at the upper end of this row."),
)

// answeredFields are the fields of a condition that looks at an answer.
var answeredFields = []field[when]{
	in("item", func(w *when) *string { return &w.Item }, text[string](), "A question of this instrument that is asked before."),
	all("is", func(w *when) *[]string { return &w.Is }, bare(), instrument.MaxOptions, "It is answered with one of these values."),
	perhaps("at_least", func(w *when) **instrument.Decimal { return &w.AtLeast }, exact(), "It is answered with this number or a greater one."),
	perhaps("at_most", func(w *when) **instrument.Decimal { return &w.AtMost }, exact(), "It is answered with this number or a smaller one."),
}

var answeredCodec = objectOf(answeredFields...)

var whenCodec = objectOf(append(slices.Clip(answeredFields),
	all("groups", func(w *when) *[]string { return &w.Groups }, text[string](), instrument.MaxOptions, "The person is in one of these groups."),
	all("methods", func(w *when) *[]string { return &w.Methods }, text[string](), instrument.MaxOptions, "The trial had one of these access methods."),
	all("networks", func(w *when) *[]string { return &w.Networks }, text[string](), instrument.MaxOptions, "The trial had one of these networks."),
	all("tasks", func(w *when) *[]string { return &w.Tasks }, text[string](), instrument.MaxOptions, "The trial had one of these tasks."),
	perhaps("completed", func(w *when) **bool { return &w.Completed }, flag(), "true: the task of the trial was completed. false: it was not."),
)...)

var measureCodec = objectOf(
	must(in("id", func(m *instrument.Measure) *string { return &m.ID }, text[string](), "The name of the measure in the data.")),
	must(in("meaning", func(m *instrument.Measure) *string { return &m.Meaning }, text[string](), "What it says, for the codebook: range, and which end is which.")),
	must(in("unit", func(m *instrument.Measure) *string { return &m.Unit }, text[string](), "Its unit, such as points.")),
	all("mean", func(m *instrument.Measure) *[]string { return &m.Mean }, bare(), instrument.MaxQuestions, "The questions of which it is the mean, in place of a formula."),
	in("formula", func(m *instrument.Measure) *string { return &m.Formula }, text[string](),
		"How it is computed: numbers, names of questions and measures, + - * / and parentheses, mean, sum, min, max, weighted_mean(value, weight, ...), reversed(question), count(questions), times(answer, questions)."),
	in("needs", func(m *instrument.Measure) *int { return &m.Needs }, whole[int](), "How many of the values that it reads must be there; without it, all."),
)

// bare is a text that is written without quotes where nothing can take it for something else: names and numbers.
func bare() codec[string] {
	c := text[string]()
	quoted := c.write
	c.write = func(s string) node {
		if _, number := instrument.ParseDecimal(s); number || isWord(s) {
			return plain(s)
		}
		return quoted(s)
	}
	c.schema = func() schema { return schema{"type": []string{"string", "number"}} }
	return c
}

func isWord(s string) bool {
	return s != "" && s[0] >= 'a' && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == "" && !slices.Contains(notWords, s)
}

// notWords are read as something else than a text by some programs.
var notWords = []string{"true", "false", "yes", "no", "on", "off", "y", "n", "null"}
