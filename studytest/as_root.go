package studytest

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// AsRoot runs a test as root, so that it can mount file systems, make network namespaces and become
// another user. If this process is root, AsRoot returns false and the test goes on. Otherwise AsRoot runs
// the test again in another process, which is root of a user namespace, reports how that run ended, and
// returns true. The test must return then:
//
//	if studytest.AsRoot(t) {
//		return
//	}
//
// In the user namespace there are the users 0 to 65534, an empty /run, and a network that has only a
// loopback. A test that needs more than that calls Need(t, "root").
func AsRoot(t *testing.T) (done bool) {
	t.Helper()
	if os.Geteuid() == 0 {
		return false
	}
	Need(t, "uidmap", "busybox")
	cmd := exec.CommandContext(t.Context(), "unshare", append([]string{
		"--user", "--map-root-user", "--map-auto", "--mount", "--net", "--",
		"sh", "-c", `mount -t tmpfs -o mode=755 run /run && busybox ifconfig lo up && exec "$0" "$@"`, os.Args[0],
	}, again(t)...)...)
	cmd.Env = append(os.Environ(), "PATH="+os.Getenv("PATH")+":/usr/sbin:/sbin")
	mustPass(t, cmd, "as root of a user namespace")
	return true
}

// AsNobody runs a test as a user without any rights. If this process is not root, AsNobody returns false and the test
// goes on. Otherwise AsNobody runs the test again in a process of the user nobody, reports how that run ended, and
// returns true. The test must return then, as with AsRoot.
func AsNobody(t *testing.T) (done bool) {
	t.Helper()
	if os.Geteuid() != 0 {
		return false
	}
	self, err := os.Open("/proc/self/exe") // nobody may not enter the directory where it lies
	if err != nil {
		t.Fatal(err)
	}
	defer self.Close()
	cmd := exec.CommandContext(t.Context(), "setpriv", append([]string{
		"--reuid=65534", "--regid=65534", "--clear-groups", "--", "/proc/self/fd/3",
	}, again(t)...)...)
	cmd.Dir, cmd.ExtraFiles = "/", []*os.File{self}
	cmd.Env = append(os.Environ(), "HOME=/")
	mustPass(t, cmd, "as nobody")
	return true
}

// again returns the arguments with which a test binary runs this test only.
func again(t *testing.T) []string {
	args := []string{"-test.v", "-test.count=1", "-test.run=" + exactly(t.Name())}
	if by, limited := t.Deadline(); limited {
		args = append(args, fmt.Sprint("-test.timeout=", time.Until(by)))
	}
	return args
}

// mustPass runs a command that runs the test again.
func mustPass(t *testing.T, cmd *exec.Cmd, as string) {
	t.Helper()
	out, err := cmd.CombinedOutput()
	if passed := "--- PASS: " + t.Name() + " "; err != nil || !strings.Contains(string(out), passed) {
		t.Errorf("%s: %v, want %q in:\n%s", as, err, passed, out)
	}
}

// exactly returns the pattern of the flag -test.run that only one test or subtest has.
func exactly(name string) string {
	parts := strings.Split(name, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	return strings.Join(parts, "/")
}
