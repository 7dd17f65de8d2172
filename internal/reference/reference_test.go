package reference

import (
	"bytes"
	"encoding/csv"
	"flag"
	"math"
	"os"
	"os/exec"
	"testing"

	"vmstudy/studytest"
)

var update = flag.Bool("update", false, "write reference.csv anew")

// TestReferenceIsWhatRSays repeats reference.R. Another version of R or of a package may differ in the last digits of
// what an optimiser finds.
func TestReferenceIsWhatRSays(t *testing.T) {
	studytest.Need(t, "r")
	out, err := exec.CommandContext(t.Context(), "Rscript", "--vanilla", "reference.R").Output()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("reference.csv", out, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	now, err := csv.NewReader(bytes.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	said := Said(t)
	if len(now) != len(said) {
		t.Errorf("R says %d numbers, reference.csv has %d", len(now), len(said))
	}
	for _, line := range now {
		want, got := said[line[0]], number(t, line[1])
		if math.IsNaN(want) != math.IsNaN(got) || math.Abs(got-want) > 1e-5*max(1, math.Abs(want)) {
			t.Errorf("%s: R says %g now, reference.csv has %g", line[0], got, want)
		}
	}
}
