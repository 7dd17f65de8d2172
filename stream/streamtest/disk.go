package streamtest

import (
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// SmallDisk mounts a file system of 1 MiB until the test ends. Only root can; others skip the test,
// or fail where STUDYCTL_REQUIRE names root.
func SmallDisk(t testing.TB) string {
	t.Helper()
	if os.Geteuid() != 0 {
		if slices.Contains(strings.Split(os.Getenv("STUDYCTL_REQUIRE"), ","), "root") {
			t.Fatal("root is required to mount a small disk")
		}
		t.Skip("only root can mount a small disk")
	}
	dir := t.TempDir()
	if err := unix.Mount("small", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Fatal(os.NewSyscallError("mount", err))
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}
