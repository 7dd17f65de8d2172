package streamtest

import (
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// SmallDisk mounts a file system of 1 MiB until the test ends, which only root may: see studytest.AsRoot.
func SmallDisk(t testing.TB) string {
	t.Helper()
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
