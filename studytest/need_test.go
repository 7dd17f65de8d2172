package studytest_test

import (
	"os"
	"path/filepath"
	"testing"

	"vmstudy/studytest"
)

// outcome is a testing.TB that records whether a test was skipped or failed, and does not end it.
type outcome struct {
	testing.TB
	what string
}

func (o *outcome) Helper()               {}
func (o *outcome) Skipf(string, ...any)  { o.what = "skipped" }
func (o *outcome) Fatalf(string, ...any) { o.what = "failed" }

func TestNeedFailsWhereSkippingWouldHideSomething(t *testing.T) {
	for name, test := range map[string]struct{ require, need, want string }{
		"what is missing skips":               {"", "chromium", "skipped"},
		"what is missing and required fails":  {"qemu,chromium", "chromium", "failed"},
		"another requirement does not matter": {"qemu", "chromium", "skipped"},
		"what nobody can look for fails":      {"", "unicorn", "failed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("PATH", t.TempDir()) // chromium is only looked up on the PATH
			t.Setenv("STUDYCTL_REQUIRE", test.require)
			o := &outcome{TB: t}
			studytest.Need(o, test.need)
			if o.what != test.want {
				t.Errorf("got %q, want %q", o.what, test.want)
			}
		})
	}
}

func TestNeedLetsRunWhereEverythingIsThere(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "chromium"), []byte("#!/bin/sh\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	o := &outcome{TB: t}
	if studytest.Need(o, "chromium"); o.what != "" {
		t.Errorf("the test was %s, want it to run", o.what)
	}
}
