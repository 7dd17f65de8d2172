package migrations_test

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
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
	for i, name := range steps {
		if number := fmt.Sprintf("%05d_", i+1); !strings.HasPrefix(name, number) {
			t.Errorf("step %s: want its name to begin with %s", name, number)
		}
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
