package mount_test

import (
	"strings"
	"testing"
)

// A program that inherits the descriptor and holds a file of the mount open cannot die when we
// do: it waits for itself. QEMU is such a program.
func TestNoProgramInheritsTheServersDescriptor(t *testing.T) {
	needFUSE(t)
	mounted(t, make([]byte, 1<<20))
	held := run(t, "ls", "-l", "/proc/self/fd")
	if strings.Contains(held, "/dev/fuse") {
		t.Errorf("a child process holds /dev/fuse:\n%s", held)
	}
}
