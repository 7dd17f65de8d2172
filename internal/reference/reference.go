// Package reference has a small study that was made up for tests, and what R says of it.
//
// reference.csv has R's answers by name and reference.R is the script that wrote them, so nobody needs R to
// run the tests of analysis/stat and analysis/model. Where R and its packages are installed, a test of this
// package runs the script again and compares.
package reference

import (
	"embed"
	"encoding/csv"
	"math"
	"strconv"
	"testing"
)

//go:embed data.csv reference.csv
var files embed.FS

// Conditions are the conditions of the study in their order, as reference.R names them.
var Conditions = []string{"stream/near", "stream/far", "vnc/near", "vnc/far"}

// A Row is what one participant has in one condition.
type Row struct {
	Participant string
	Method      string // stream, vnc
	Network     string // near, far
	Values      map[string]float64
}

// Condition is one of Conditions.
func (r Row) Condition() string { return r.Method + "/" + r.Network }

// Data returns the 48 rows: 12 participants in four conditions. Values has rating (1 to 7), workload (0 to 100),
// completed (0 or 1) and response_ms.
func Data(t testing.TB) []Row {
	t.Helper()
	var rows []Row
	lines := lines(t, "data.csv")
	for _, line := range lines[1:] {
		r := Row{Participant: line[0], Method: line[1], Network: line[2], Values: map[string]float64{}}
		for i, name := range lines[0][3:] {
			r.Values[name] = number(t, line[3+i])
		}
		rows = append(rows, r)
	}
	return rows
}

// R has what R says, by the names that reference.R gives.
type R map[string]float64

// Said returns R's answers.
func Said(t testing.TB) R {
	t.Helper()
	said := R{}
	for _, line := range lines(t, "reference.csv") {
		said[line[0]] = number(t, line[1])
	}
	return said
}

// Check fails t unless got agrees with R to a relative difference of tolerance. R's NA never agrees.
func (r R) Check(t testing.TB, name string, got, tolerance float64) {
	t.Helper()
	want, there := r[name]
	if !there {
		t.Fatalf("R has not said %q", name)
	}
	if !(math.Abs(got-want) <= tolerance*max(1, math.Abs(want))) {
		t.Errorf("%s: %.12g, R says %.12g", name, got, want)
	}
}

func lines(t testing.TB, name string) [][]string {
	t.Helper()
	f, err := files.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// number reads R's way to write numbers.
func number(t testing.TB, s string) float64 {
	t.Helper()
	if s == "NA" {
		return math.NaN()
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}
