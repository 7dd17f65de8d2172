package e2e

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"testing"

	"vmstudy/bench"
	"vmstudy/studytest"
)

// The bench is in a program of its own beside studyctl, and starts copies of that as proxies.
func TestABenchOfTheScreenIsMeasuredFromTheCommandLine(t *testing.T) {
	studytest.Need(t, "websockify")
	cmd := exec.CommandContext(t.Context(), binary(t), "bench", "rfb", "--quick", "--only", "delay", "--json")
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, errs.String())
	}
	var report bench.Report
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		t.Fatalf("it printed %q: %v", out.String(), err)
	}
	if report.Bench != "rfb" || len(report.Rows) == 0 || len(report.Skipped) > 0 {
		t.Errorf("it measured %d figures of %q and could not measure %v; want some of rfb", len(report.Rows), report.Bench, report.Skipped)
	}
}
