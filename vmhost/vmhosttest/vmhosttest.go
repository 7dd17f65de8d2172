// Package vmhosttest gives tests a virtual machine that is there in a second: a guest of 512
// bytes that paints the screen in another colour on each key.
//
// Programs that use it must call vmhost.ExecMain first thing in their TestMain.
package vmhosttest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"vmstudy/vmhost"
	"vmstudy/vmhost/bootsector"
)

// Host returns a host for the test's machines, under emulation, which works everywhere. Without
// QEMU the test is skipped, or fails where STUDYCTL_REQUIRE names qemu. memoryLimit is as in
// vmhost.Config.
func Host(t testing.TB, memoryLimit int64) *vmhost.Host {
	t.Helper()
	return HostOf(t, vmhost.Config{MemoryLimit: memoryLimit})
}

// HostOf is Host with more to say. RunDir and Accelerator are the test's.
func HostOf(t testing.TB, cfg vmhost.Config) *vmhost.Host {
	t.Helper()
	if _, err := exec.LookPath("qemu-system-x86_64"); err != nil {
		if strings.Contains(os.Getenv("STUDYCTL_REQUIRE"), "qemu") {
			t.Fatal("qemu is required:", err)
		}
		t.Skip("needs qemu:", err)
	}
	cfg.RunDir, cfg.Accelerator = filepath.Join(t.TempDir(), "run"), "tcg"
	h, err := vmhost.NewHost(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// BootSector builds the boot-sector appliance in a directory of the test's. The guest has 16 MiB
// and a screen of 320 by 200 pixels, all of it blue (0, 0, 168) at first. Each key moves on by one
// in the sixteen colours of the VGA; Enter also completes the task that was begun.
func BootSector(t testing.TB, h *vmhost.Host) vmhost.Appliance {
	t.Helper()
	a, err := h.Build(t.Context(), bootsector.Recipe, filepath.Join(t.TempDir(), "appliances", "bootsector"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
