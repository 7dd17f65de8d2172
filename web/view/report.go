package view

import "fmt"

// Section is one section of the results: sentences, figures, tables.
type Section struct {
	ID, Title string
	Lead      []string
	Figures   []Figure
	Tables    []Table
	Notes     []string
}

// Figure is a drawing with the table of its numbers. Files are the addresses of the same as files; empty if there are none.
type Figure struct {
	Drawing
	ID, Caption string
	Wide        bool // as wide as the page
	Twin        Table
	SVGFile     string
}

// Table is a table whose cells are texts.
type Table struct {
	ID, Title string
	Open      bool // it is shown at once, and not on demand
	Columns   []Column
	Rows      [][]string
	CSVFile   string
}

// Column is the heading of a column.
type Column struct {
	Name   string
	Number bool
}

// studyAddress is the address of a page of a study.
func studyAddress(st Study, rest string) string {
	return fmt.Sprintf("/lab/studies/%d%s", st.ID, rest)
}
