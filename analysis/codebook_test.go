package analysis_test

import (
	"slices"
	"strings"
	"testing"
)

// explained returns the rows of a codebook.
func explained(t *testing.T) (rows []map[string]string) {
	t.Helper()
	src, f := varied(t)
	records := tables(t, src, f)["codebook.csv"]
	for _, cells := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = strings.TrimPrefix(cells[i], "'")
		}
		rows = append(rows, row)
	}
	return rows
}

func TestEveryColumnExplainsItself(t *testing.T) {
	var names []string
	for _, row := range explained(t) {
		if row["meaning"] == "" {
			t.Errorf("%s %s has no meaning", row["file"], row["column"])
		}
		if unit, _ := strings.CutSuffix(row["column"], "_ms"); unit != row["column"] && row["unit"] != "ms" {
			t.Errorf("%s %s says milliseconds in its name and %q as its unit", row["file"], row["column"], row["unit"])
		}
		names = append(names, row["file"]+" "+row["column"])
	}
	slices.Sort(names)
	if len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("a column is explained twice: %v", names)
	}
}

func TestTheCodebookSaysHowMeasuresAreComputed(t *testing.T) {
	want := map[string]string{
		"score of sus.sus":            "Range: 0 to 100. Computed as 2.5 * sum(sus_1 - 1,",
		"score of tlx.tlx_raw":        "Range: 0 to 100. Mean of mental_demand,",
		"score of umux_lite.adjusted": "Range: 22.9 to 87.9.",
		"value of smeq.smeq":          "[57: Rather much effort]",
		"value of ueq_s.clear":        "[-3: confusing ... 3: clear]",
	}
	for _, row := range explained(t) {
		if say, asked := want[row["column"]]; asked {
			delete(want, row["column"])
			if !strings.Contains(row["meaning"], say) {
				t.Errorf("%s: %q, want it to say %q", row["column"], row["meaning"], say)
			}
		}
		if strings.HasPrefix(row["column"], "score of") && row["unit"] == "" {
			t.Errorf("%s has no unit", row["column"])
		}
	}
	if len(want) > 0 {
		t.Errorf("the codebook lacks %v", want)
	}
}
