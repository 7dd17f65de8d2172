package migrations_test

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"vmstudy/migrations"
)

func TestStepsAreNumberedAndSayWhy(t *testing.T) {
	names, err := fs.Glob(migrations.FS, "*.sql")
	if err != nil || len(names) == 0 {
		t.Fatalf("found steps %v, error %v", names, err)
	}
	for i, name := range names {
		if number := fmt.Sprintf("%05d_", i+1); !strings.HasPrefix(name, number) {
			t.Errorf("step %s: want its name to begin with %s", name, number)
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
