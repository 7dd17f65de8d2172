package studytest

import (
	"os/exec"
	"syscall"
	"testing"
)

// Nobody is the number of a user and a group without any rights of their own.
const Nobody = 65534

// As runs a command of the shell as a user of that number, in the root directory, and returns what it
// said and whether it failed. Only root may; see Need.
func As(t testing.TB, user uint32, command string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", append([]string{"-c", command}, args...)...)
	cmd.Dir, cmd.Env = "/", []string{"LC_ALL=C", "PATH=/usr/bin:/bin"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: user, Gid: user}}
	out, err := cmd.CombinedOutput()
	return string(out), err
}
