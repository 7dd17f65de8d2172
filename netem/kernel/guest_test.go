package kernel

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"vmstudy/studytest"
	"vmstudy/vmhost/linux"
)

// guestModules are the modules of a Debian kernel that links need.
var guestModules = []string{"veth", "sch_netem", "sch_tbf", "sch_codel"}

// TestInAGuest runs all tests of this package, including those that need sch_netem, as the only program of
// a virtual machine with Debian's kernel.
func TestInAGuest(t *testing.T) {
	if os.Getenv(inGuest) != "" {
		t.Skip("this is the guest")
	}
	studytest.Need(t, "qemu", "busybox", "apt")
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	kernel, err := linux.Fetch(ctx, "../../build/kernel", "linux-image-cloud-amd64")
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(t.TempDir(), "kernel.test")
	build := exec.CommandContext(ctx, "go", "test", "-c", "-o", program, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build the test for the guest: %v\n%s", err, out)
	}
	var out bytes.Buffer
	err = linux.Run(ctx, kernel, linux.Program{
		Path: program, Args: []string{"-test.v", "-test.timeout=5m"}, Env: []string{inGuest + "=1", "PATH=/bin"},
		Modules: guestModules, Memory: 512 << 20, Exact: true,
	}, &out)
	t.Logf("on Linux %s:\n%s", kernel.Version, out.String())
	if err != nil {
		t.Errorf("in the guest: %v", err)
	}
}
