package linux

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vmstudy/studytest"
)

func TestAProgramHasAMachineOfItsOwn(t *testing.T) {
	studytest.Need(t, "qemu", "busybox", "apt")
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	kernel, err := Fetch(ctx, "../../build/kernel", "linux-image-cloud-amd64")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		script    string
		says      string
		code      int    // its exit code, if it ends by itself
		complaint string // words from the console, if it does not
	}{
		"it ends as it wants": {`echo "$1 $WORD" $#; exit 7`, "it's fine 2\n", 7, ""},
		"its kernel panics":   {"echo before; echo c >/proc/sysrq-trigger", "before\n", 0, "Kernel panic"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			script := filepath.Join(t.TempDir(), "script")
			if err := os.WriteFile(script, []byte("#!/bin/busybox sh\n"+test.script+"\n"), 0o755); err != nil {
				t.Fatal(err)
			}
			err := Run(ctx, kernel, Program{
				Path: script, Args: []string{"it's", "a b"}, Env: []string{"WORD=fine"},
				Memory: 256 << 20, Exact: true,
			}, &out)
			if out.String() != test.says {
				t.Errorf("it said %q, want %q", out.String(), test.says)
			}
			var exit ExitError
			switch {
			case test.complaint != "" && (err == nil || !strings.Contains(err.Error(), test.complaint)):
				t.Errorf("got %v, want the words %q from the console", err, test.complaint)
			case test.complaint == "" && (!errors.As(err, &exit) || exit.Code != test.code):
				t.Errorf("got %v, want exit code %d", err, test.code)
			}
		})
	}
}

func TestTheKernelIsFoundAmongDependencies(t *testing.T) {
	for name, test := range map[string]struct{ listed, want string }{
		"as apt-cache prints it": {"linux-image-cloud-amd64\n  Depends: linux-image-6.1.0-56-cloud-amd64\n", "linux-image-6.1.0-56-cloud-amd64"},
		"behind others":          {"x\n  Depends: kmod\n  Depends: linux-image-6.1\n", "linux-image-6.1"},
		"none":                   {"x\n  Depends: kmod\n", ""},
		"nothing at all":         {"", ""},
	} {
		if got := dependency([]byte(test.listed)); got != test.want {
			t.Errorf("%s: got %q, want %q", name, got, test.want)
		}
	}
}
