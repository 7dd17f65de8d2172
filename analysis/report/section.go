package report

import (
	"encoding/csv"
	"io"
	"math"
	"strconv"
)

// A Section answers one question of a reader.
type Section struct {
	ID      string   // in the address, as in "ratings"
	Title   string   // as in "Ratings"
	Lead    []string // sentences before the figures
	Figures []Figure
	Tables  []Table
	Notes   []string // conventions, sentences after the figures
}

// Empty reports whether there is nothing to show.
func (s Section) Empty() bool { return len(s.Lead)+len(s.Figures)+len(s.Tables) == 0 }

// A Figure is a drawing and the table with its numbers.
type Figure struct {
	ID      string // unique on the page, and part of addresses and file names
	Title   string
	Caption string
	Wide    bool // needs the whole width of a page
	Twin    Table
	Draw    func(io.Writer) error // as SVG
}

// A Table has as many cells in each row as it has columns.
type Table struct {
	ID      string
	Title   string
	Open    bool // it is shown at once, and not on demand
	Columns []Column
	Rows    [][]Cell
}

// A Column says what its cells are.
type Column struct {
	Name   string // for people
	Number bool   // cells are numbers, or none
}

// A Cell is a number or a text. Raw has all digits, for files.
type Cell struct{ Say, Raw string }

// none stands in place of a number that does not exist. A 0 would look like a number.
const none = "–"

func text(s string) Cell { return Cell{s, s} }

func count(n int) Cell { return text(strconv.Itoa(n)) }

// number writes x with some decimals; NaN is a number that does not exist.
func number(x float64, decimals int) Cell {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return Cell{none, ""}
	}
	return Cell{minus(strconv.FormatFloat(x, 'f', decimals, 64)), strconv.FormatFloat(x, 'g', -1, 64)}
}

// minus writes a negative number as people do, and no negative 0.
func minus(s string) string {
	if s[0] != '-' {
		return s
	}
	for _, r := range s[1:] {
		if r != '0' && r != '.' {
			return "−" + s[1:]
		}
	}
	return s[1:]
}

func texts(names ...string) (all []Column) {
	for _, n := range names {
		all = append(all, Column{Name: n})
	}
	return all
}

func numbers(names ...string) (all []Column) {
	for _, n := range names {
		all = append(all, Column{Name: n, Number: true})
	}
	return all
}

// WriteCSV writes the table with all digits, as RFC 4180 has it. What has no number is an empty cell.
func (t Table) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	head := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		head[i] = c.Name
	}
	rows := [][]string{head}
	for _, r := range t.Rows {
		line := make([]string, len(r))
		for i, c := range r {
			line[i] = guarded(c.Raw, t.Columns[i].Number)
		}
		rows = append(rows, line)
	}
	return out.WriteAll(rows)
}

// guarded keeps spreadsheets from reading a text as a formula.
func guarded(s string, isNumber bool) string {
	if !isNumber && s != "" && (s[0] == '=' || s[0] == '+' || s[0] == '-' || s[0] == '@') {
		return "'" + s
	}
	return s
}

// Sections returns those sections that have something to show, in their order.
func Sections(d Data) (all []Section) {
	sections := []func(Data) Section{Who, Network, Planned, Ratings, Suits, Workload, Startup, Responses, Tasks, Notes, Checks}
	if d.Design.Searches() {
		sections = searching()
	}
	for _, of := range sections {
		if s := of(d); !s.Empty() {
			all = append(all, s)
		}
	}
	return all
}

// pValue writes a probability. Below 0.001 it only says so, since no study of people tells more.
func pValue(p float64) Cell {
	c := number(p, 3)
	if p < 0.001 {
		c.Say = "<0.001"
	}
	return c
}
