package studytest

import (
	"os/exec"
	"syscall"
	"testing"
)

// Nobody is the id of a user and of a group that have no rights of their own.
const Nobody = 65534

// As runs a shell command as the user with that id, in the root directory, and returns its output
// and its error. Only root may call it; see Need.
func As(t testing.TB, user uint32, command string, args ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", append([]string{"-c", command}, args...)...)
	cmd.Dir, cmd.Env = "/", []string{"LC_ALL=C", "PATH=/usr/bin:/bin"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: user, Gid: user}}
	out, err := cmd.CombinedOutput()
	return string(out), err
}
