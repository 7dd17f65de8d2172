package analysis

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"strings"
)

// A table is one CSV file of an export, with what explains its columns.
type table struct {
	name    string // as in trials
	about   string // what it has a row for, as the rest of "a row for each ..."
	columns []codebookRow
	write   func(io.Writer) error
}

func tableOf[Row any](blind bool, name, about string, columns []Column[Row], rows iter.Seq2[Row, error]) table {
	columns = shown(blind, columns)
	return table{
		name: name, about: about, columns: explain(nil, name+".csv", columns),
		write: func(w io.Writer) error { return writeCSV(w, columns, rows) },
	}
}

// DataFile returns where the table with a name is in an export, as in data/description-trials_data.csv. Psych-DS wants files to be called so.
func DataFile(name string) string { return "data/description-" + name + "_data.csv" }

// located puts the place of each table into a text that speaks of tables by their short names.
func located(tables []table) *strings.Replacer {
	var pairs []string
	for _, t := range tables {
		pairs = append(pairs, t.name+".csv", DataFile(t.name))
	}
	return strings.NewReplacer(append(pairs, "codebook.csv", codebookFile)...)
}

const codebookFile = "documentation/codebook.csv"

// An entry is one file of an export.
type entry struct {
	name  string
	write func(io.Writer) error
}

// written is an entry with a content that is there already.
func written(name string, content []byte) entry {
	return entry{name, func(w io.Writer) error {
		_, err := io.Copy(w, bytes.NewReader(content))
		return err
	}}
}

// mark writes a byte order mark before what a spreadsheet opens.
func (e entry) mark() entry {
	if !strings.HasSuffix(e.name, ".csv") {
		return e
	}
	return entry{e.name, func(w io.Writer) error {
		if _, err := io.WriteString(w, "\ufeff"); err != nil {
			return err
		}
		return e.write(w)
	}}
}

// manifest writes the checksums of the files, as sha256sum reads them.
type manifest []byte

func (m *manifest) add(name string, sum []byte) { *m = fmt.Appendf(*m, "%x  %s\n", sum, name) }
