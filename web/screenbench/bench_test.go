package screenbench_test

import (
	"context"
	"os"
	"os/exec"
	"testing"

	"vmstudy/bench"
	"vmstudy/web/screenbench"
)

// TestMain makes this binary a proxy if the bench has started it as one.
func TestMain(m *testing.M) {
	if kind := os.Getenv("SCREENBENCH_PEER"); kind != "" {
		if err := screenbench.ServePeer(context.Background(), screenbench.Kind(kind), os.Args[1], os.Stdin, os.Stdout); err != nil {
			panic(err)
		}
		return
	}
	os.Exit(m.Run())
}

func peer(kind screenbench.Kind) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "SCREENBENCH_PEER="+string(kind))
	return cmd
}

// TestTheBenchFindsFigures runs the bench as quickly as possible. It does not check whether the
// figures are good: that needs an idle machine.
func TestTheBenchFindsFigures(t *testing.T) {
	report, err := bench.Bench{Name: "rfb", Sections: screenbench.Sections(peer)}.Run(t.Context(), bench.Options{
		Quick: true, Version: "test", Only: []string{"decode", "delay"}, // the other sections take one or two minutes
	})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, row := range report.Rows {
		found[row.Name] = true
		if row.Value == 0 || row.Condition == "" {
			t.Errorf("row %+v says nothing", row)
		}
	}
	for _, name := range []string{"decode", "added"} {
		if !found[name] {
			t.Errorf("nothing was found of %s", name)
		}
	}
}
