package migrations_test

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"vmstudy/migrations"
)

func TestStepsAreNumberedAndSayWhy(t *testing.T) {
	names, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("found steps %v, error %v", names, err)
	}
	steps := slices.AppendSeq(names, maps.Values(migrations.ByProgram))
	slices.Sort(steps)
	before := ""
	for _, name := range steps {
		number, _, _ := strings.Cut(name, "_")
		if n, err := strconv.Atoi(number); err != nil || fmt.Sprintf("%05d", n) != number || number == before {
			t.Errorf("step %s: want its name to begin with five digits that no other step has", name)
		}
		before = number // numbers may be left out
		if strings.HasSuffix(name, ".go") {
			continue
		}
		text, err := fs.ReadFile(migrations.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(text), "-- Why: ") {
			t.Errorf("step %s: want it to begin with a comment that says why", name)
		}
		if strings.Contains(string(text), "+goose Down") {
			t.Errorf("step %s: it can be undone, but steps only go forward", name)
		}
	}
}
