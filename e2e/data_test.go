package e2e

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"

	"vmstudy/bench/stat"
)

// table is a CSV file of an export. Each row is a map from column to value.
type table []map[string]string

// unzip reads the tables of an export.
func unzip(t *testing.T, data []byte) map[string]table {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	tables := map[string]table{}
	for _, f := range z.File {
		if path.Ext(f.Name) != ".csv" {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		records, err := csv.NewReader(r).ReadAll()
		if err != nil || len(records) == 0 {
			t.Fatalf("%s: %d records, %v", f.Name, len(records), err)
		}
		name := strings.Replace(strings.TrimPrefix(path.Base(f.Name), "description-"), "_data.csv", ".csv", 1) // as in trials.csv
		tables[name] = table{}
		for _, record := range records[1:] {
			row := map[string]string{}
			for i, name := range records[0] {
				row[name] = record[i]
			}
			tables[name] = append(tables[name], row)
		}
	}
	return tables
}

// where returns the rows whose column has the value.
func (rows table) where(column, value string) table {
	return slices.DeleteFunc(slices.Clone(rows), func(row map[string]string) bool { return row[column] != value })
}

// numbers returns the values of a column, sorted, without missing ones.
func (rows table) numbers(t *testing.T, column string) []float64 {
	t.Helper()
	var values []float64
	for _, row := range rows {
		if row[column] == "" || row[column] == "NA" {
			continue
		}
		v, err := strconv.ParseFloat(row[column], 64)
		if err != nil {
			t.Fatalf("%s: %v", column, err)
		}
		values = append(values, v)
	}
	return values
}

// median returns the median of a column. The test fails if the column has no values.
func (rows table) median(t *testing.T, column string) float64 {
	t.Helper()
	values := rows.numbers(t, column)
	if len(values) == 0 {
		t.Fatalf("column %s has no values in %d rows", column, len(rows))
	}
	return stat.Median(values)
}
