package analysis_test

import (
	"bytes"
	"encoding/csv"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"vmstudy/analysis"
	"vmstudy/analysis/report"
)

// A tableOfR is a file that the script writes; its rows are found by some of their cells.
type tableOfR struct {
	t    *testing.T
	file string
	rows map[string]map[string]string
	used map[string]bool
}

func openR(t *testing.T, dir, file string, keys ...string) tableOfR {
	t.Helper()
	content := read(t, dir, "results/"+file)
	rows := rowsBy(t, content, keys...)
	if n := bytes.Count(content, []byte("\n")) - 1; n != len(rows) {
		t.Errorf("%s has %d rows of %d keys", file, n, len(rows))
	}
	return tableOfR{t, file, rows, map[string]bool{}}
}

// same holds cells of a row of R's to cells of the page, which are empty or "–" where there is no number. Either may lack a row only if the page has no
// number in it.
func (r tableOfR) same(key string, page map[string]string) {
	if r.t == nil { // R has not written the file
		panic("no file of R's has the row " + key)
	}
	r.t.Helper()
	row := r.rows[key]
	r.used[key] = true
	for name, want := range page {
		x, err := strconv.ParseFloat(want, 64)
		y, err2 := strconv.ParseFloat(row[name], 64)
		switch {
		case err != nil && err2 != nil:
		case err != nil || err2 != nil || math.Abs(x-y) > 1e-6*math.Max(1, math.Abs(x)):
			r.t.Errorf("%s, %s: R says %s %q, the page %q", r.file, key, name, row[name], want)
		}
	}
}

// done reports rows of R's which the page has not got, and tables of which too little was compared.
func (r tableOfR) done(least int) {
	r.t.Helper()
	for _, key := range slices.Sorted(maps.Keys(r.rows)) {
		if !r.used[key] {
			r.t.Errorf("%s: the page has no row %q", r.file, key)
		}
	}
	if len(r.used) < least {
		r.t.Errorf("%s: only %d rows were compared", r.file, len(r.used))
	}
}

// cells are those of a row of the page, by the names that R has for its columns.
func cells(t report.Table, row []report.Cell, columns map[string]string) map[string]string {
	out := map[string]string{}
	for i, c := range t.Columns {
		for page, name := range columns {
			if i < len(row) && (c.Name == page || strings.HasPrefix(c.Name, page+" (")) {
				out[name] = row[i].Raw
			}
		}
	}
	return out
}

// pairCodes names pairs of conditions as R does, by the setting and the levels with which the page names them.
func pairCodes(found analysis.Results) map[string]string {
	codes := map[string]string{}
	for _, s := range report.Laid(found.Data.Design).Settings {
		for _, p := range s.Pairs {
			codes[s.Label+"|"+s.Levels[p.A]+" − "+s.Levels[p.B]] = s.Conditions[p.A].Code() + " " + s.Conditions[p.B].Code()
		}
	}
	return codes
}

// levelCodes names conditions likewise.
func levelCodes(found analysis.Results) map[string]string {
	codes := map[string]string{}
	for _, s := range report.Laid(found.Data.Design).Settings {
		for i, level := range s.Levels {
			codes[s.Label+"|"+level] = s.Conditions[i].Code()
		}
	}
	return codes
}

// compareSections compares what needs no package of R: the differences of the figures, the network, completion.
func compareSections(t *testing.T, found analysis.Results, dir string) {
	t.Helper()
	compareDifferences(t, found, dir)
	compareNetwork(t, found, dir)
}

func compareDifferences(t *testing.T, found analysis.Results, dir string) {
	t.Helper()
	r, codes := openR(t, dir, "differences.csv", "outcome", "first", "second"), pairCodes(found)
	columns := map[string]string{"n": "n", "Difference": "difference", "Low": "low", "High": "high"}
	add := func(table report.Table, outcome func(row []report.Cell) string, setting int) {
		at := slices.IndexFunc(table.Columns, func(c report.Column) bool { return c.Name == "Compared" })
		right := report.Table{Columns: table.Columns[at:]}
		for _, row := range table.Rows {
			if row[at].Say == "" {
				continue
			}
			pair, there := codes[row[setting].Say+"|"+row[at].Say]
			if !there {
				t.Errorf("%s has the unknown pair %s", table.ID, row[at].Say)
			}
			r.same(outcome(row)+" "+pair, cells(right, row[at:], columns))
		}
	}
	for _, s := range []report.Section{report.Ratings(found.Data), report.Workload(found.Data)} {
		for _, f := range s.Figures {
			id := strings.ReplaceAll(strings.TrimPrefix(f.ID, "tlx-"), "-", "_")
			add(f.Twin, func([]report.Cell) string { return id }, 0)
		}
	}
	for _, table := range report.Workload(found.Data).Tables {
		for _, in := range found.Data.Instruments {
			if table.ID != "subscales-"+in.ID {
				continue
			}
			names := map[string]string{}
			for _, q := range in.Questions() {
				names[found.Data.Design.Reading(q.Name())] = in.ID + "_" + q.ID
			}
			add(table, func(row []report.Cell) string { return names[row[0].Say] }, 1)
		}
	}
	for _, f := range report.Startup(found.Data).Figures {
		for key := range r.rows { // in milliseconds, and compared by the script only
			if strings.HasPrefix(key, strings.ReplaceAll(f.ID, "-", "_")+"_ms ") {
				r.used[key] = true
			}
		}
	}
	r.done(10)
}

// compareNetwork holds the verdict on each trial to the page's outliers, and the offsets of each network to its figures.
func compareNetwork(t *testing.T, found analysis.Results, dir string) {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(read(t, dir, "results/network.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := func(row []string, name string) string { return row[slices.Index(rows[0], name)] }
	outside := map[string][]string{}
	offsets := map[string][]float64{}
	for _, row := range rows[1:] {
		for file, verdict := range map[string]string{"network-outliers": "is_rtt_within", "rate-outliers": "is_rate_within"} {
			if column(row, verdict) == "FALSE" {
				outside[file] = append(outside[file], column(row, "participant")+" "+column(row, "position"))
			}
		}
		if x, err := strconv.ParseFloat(column(row, "off_ms"), 64); err == nil {
			offsets[column(row, "network")] = append(offsets[column(row, "network")], x)
		}
	}
	s := report.Network(found.Data)
	compared := 0
	for _, table := range s.Tables {
		var want []string
		for _, row := range table.Rows {
			want = append(want, row[0].Say+" "+row[1].Say)
		}
		if got := outside[table.ID]; len(want) > 0 {
			slices.Sort(got)
			slices.Sort(want)
			if compared++; !slices.Equal(got, want) {
				t.Errorf("%s: R has %v, the page %v", table.ID, got, want)
			}
		}
	}
	for _, row := range s.Figures[0].Twin.Rows {
		own := offsets[row[0].Say]
		slices.Sort(own)
		for i, want := range []float64{own[0], own[len(own)-1]} { // the files have microseconds
			if got, err := strconv.ParseFloat(row[5+i].Raw, 64); err != nil || math.Abs(got-want) > 2e-3 {
				t.Errorf("offsets in %s: R has %v, the page %s", row[0].Say, want, row[5+i].Raw)
			}
		}
	}
	if compared != 2 {
		t.Errorf("outliers of %d kinds were compared, want those of round trips and of rates", compared)
	}
}

// How the tables of tests are called on the page, and their columns in R's files.
var testedTables = map[string]struct {
	file, test string
	columns    map[string]string
}{
	"-pairs":    {"pairs.csv", "signed_rank", map[string]string{"n": "n", "V": "statistic", "p": "p", "p, Holm": "p_holm", "Rank-biserial r": "effect"}},
	"-t":        {"pairs.csv", "paired_t", map[string]string{"n": "n", "t": "statistic", "p": "p", "p, Holm": "p_holm", "dz": "effect"}},
	"-mcnemar":  {"pairs.csv", "mcnemar", map[string]string{"n": "n", "Only the first": "statistic", "p": "p", "p, Holm": "p_holm"}},
	"-friedman": {"omnibus.csv", "friedman", map[string]string{"n": "n", "χ²": "statistic", "df": "df", "p": "p", "Kendall’s W": "effect", "F": "f", "p of F": "p_f"}},
	"-cochran":  {"omnibus.csv", "cochran", map[string]string{"n": "n", "Q": "statistic", "df": "df", "p": "p", "η²": "effect"}},
	"-groups":   {"groups.csv", "", map[string]string{"n": "n", "U": "u", "p": "p", "p, Holm": "p_holm", "Probability of superiority": "superiority", "Hodges-Lehmann": "shift"}},
	"-art":      {"art.csv", "", map[string]string{"F, mixed model": "f", "df1": "df1", "df2": "df2", "p": "p"}},
	"-artc":     {"artc.csv", "", map[string]string{"Ranks": "ranks", "SE": "se", "df": "df", "p": "p", "p, Holm": "p_holm"}},
}

// compareTests holds every test of the page to R's, and the curves of completion.
func compareTests(t *testing.T, found analysis.Results, dir string) {
	t.Helper()
	files, codes := map[string]tableOfR{}, pairCodes(found)
	for file, keys := range map[string][]string{
		"pairs.csv": {"outcome", "test", "first", "second"}, "omnibus.csv": {"outcome", "test"}, "groups.csv": {"outcome", "first", "second"}, "art.csv": {"outcome", "term"}, "artc.csv": {"outcome", "first", "second"},
	} {
		if _, err := os.Stat(filepath.Join(dir, "results", file)); err == nil {
			files[file] = openR(t, dir, file, keys...)
		}
	}
	for _, o := range report.Outcomes(found.Data) {
		for _, table := range report.Tested(found.Data, o).Tables {
			id := strings.TrimPrefix(table.ID, "tests-"+o.ID)
			if o.ID == "completion" && id == "-pairs" {
				id = "-mcnemar"
			}
			of, compared := testedTables[id]
			if !compared {
				continue
			}
			for _, row := range table.Rows {
				key := []string{inR(o)}
				switch first := row[0].Say; id {
				case "-friedman", "-cochran":
					key = append(key, of.test)
				case "-groups", "-artc":
					key = append(key, strings.Split(first, " − ")...)
				case "-art":
					key = append(key, termInR(first))
				default:
					key = append(key, of.test, codes[first+"|"+row[1].Say])
				}
				files[of.file].same(strings.Join(key, " "), cells(table, row, of.columns))
			}
		}
	}
	for _, file := range slices.Sorted(maps.Keys(files)) {
		files[file].done(1)
	}
	compareCurves(t, found, dir)
}

func compareCurves(t *testing.T, found analysis.Results, dir string) {
	t.Helper()
	r, codes := openR(t, dir, "survival.csv", "condition"), levelCodes(found)
	table := report.Tasks(found.Data).Figures[0].Twin
	for _, row := range table.Rows {
		r.same(codes[row[0].Say+"|"+row[1].Say], cells(table, row, map[string]string{"People": "people", "Done": "done", "Median": "median_s", "Low": "low", "High": "high"}))
	}
	r.done(3)
}
