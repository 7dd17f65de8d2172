package analysis

import (
	"fmt"
	"iter"
	"strings"

	"vmstudy/study"
	"vmstudy/study/instrument"
)

// codebookRow explains one column of one file, or one question of one instrument.
type codebookRow struct{ file, column, unit, meaning string }

var codebookColumns = []Column[codebookRow]{
	{"file", "", "The file.", func(r codebookRow) Value { return Text(r.file) }},
	{"column", "", "The column; for answers the instrument and the item.", func(r codebookRow) Value { return Text(r.column) }},
	{"unit", "", "Its unit, if it has one.", func(r codebookRow) Value { return Text(r.unit) }},
	{"meaning", "", "What it means.", func(r codebookRow) Value { return Text(r.meaning) }},
}

// codebook explains every column of every table, and every question and measure of every instrument.
func codebook(tables []table, asked []instrument.Instrument) iter.Seq2[codebookRow, error] {
	var all []codebookRow
	for _, t := range tables {
		all = append(all, t.columns...)
	}
	all = explain(all, "codebook.csv", codebookColumns)
	for _, in := range asked {
		for _, q := range in.Questions() {
			all = append(all, codebookRow{"responses.csv", named(in, asked) + "." + q.ID, q.Unit.String(), meaning(q)})
		}
		for _, m := range in.Measures {
			all = append(all, codebookRow{"scores.csv", "score of " + in.ID + "." + m.ID, m.Unit, computed(in, m)})
		}
	}
	places := located(tables)
	return func(yield func(codebookRow, error) bool) {
		for _, row := range all {
			row.file, row.meaning = places.Replace(row.file), places.Replace(row.meaning)
			if !yield(row, nil) {
				return
			}
		}
	}
}

func explain[Row any](all []codebookRow, file string, columns []Column[Row]) []codebookRow {
	for _, c := range columns {
		all = append(all, codebookRow{file, c.Name, c.Unit, c.Meaning})
	}
	return all
}

// computed returns what a measure means, its range, and how it is computed.
func computed(in instrument.Instrument, m instrument.Measure) string {
	s := strings.TrimSuffix(m.Meaning, ".") + "."
	if low, high, known := in.Range(m.ID); known {
		s += fmt.Sprintf(" Range: %v to %v.", low, high)
	}
	switch {
	case len(m.Mean) == 1:
	case len(m.Mean) > 0:
		s += " Mean of " + strings.Join(m.Mean, ", ") + "."
	default:
		s += " Computed as " + m.Formula + "."
	}
	if m.Needs > 0 {
		s += fmt.Sprintf(" Needs %d of these.", m.Needs)
	}
	return fmt.Sprintf("%s Version %d.", s, in.Version)
}

// named returns what the codebook calls an instrument: with its version, if there are others of it.
func named(in instrument.Instrument, all []instrument.Instrument) string {
	for _, other := range all {
		if other.ID == in.ID && other.Version != in.Version {
			return fmt.Sprintf("value of version %d of %s", in.Version, in.ID)
		}
	}
	return "value of " + in.ID
}

// meaning returns the text of the question and the meanings of its answers.
func meaning(q instrument.Item) string {
	var s strings.Builder
	s.WriteString(q.Text.String())
	from, to, bounded := q.Ends()
	switch {
	case len(q.Options) > 0:
		for _, o := range q.Options {
			fmt.Fprintf(&s, " [%s: %s]", o.Value, o.Label)
		}
	case !q.Low.Empty():
		fmt.Fprintf(&s, " [%s: %s ... %s: %s]", from, q.Low, to, q.High)
	case bounded:
		fmt.Fprintf(&s, " [%s ... %s]", from, to)
	}
	if q.Kind == instrument.Choices {
		s.WriteString(" Several may be chosen; commas part them.")
	}
	if q.Declining {
		fmt.Fprintf(&s, " [%s: preferred not to answer]", instrument.Withheld)
	}
	return s.String()
}

// asWritten returns the instruments of a design in the language that it is written in: what people read of the data is in one.
func asWritten(d study.Design) []instrument.Instrument { return d.Speaking(d.Written()).Questionnaires }
