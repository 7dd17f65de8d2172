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
	args := []string{
		"--user", "--map-root-user", "--map-auto", "--mount", "--net", "--",
		"sh", "-c", `mount -t tmpfs -o mode=755 run /run && busybox ifconfig lo up && exec "$0" "$@"`,
		os.Args[0], "-test.v", "-test.count=1", "-test.run=" + exactly(t.Name()),
	}
	if by, limited := t.Deadline(); limited {
		args = append(args, fmt.Sprint("-test.timeout=", time.Until(by)))
	}
	cmd := exec.CommandContext(t.Context(), "unshare", args...)
	cmd.Env = append(os.Environ(), "PATH="+os.Getenv("PATH")+":/usr/sbin:/sbin")
	out, err := cmd.CombinedOutput()
	if passed := "--- PASS: " + t.Name() + " "; err != nil || !strings.Contains(string(out), passed) {
		t.Errorf("as root of a user namespace: %v, want %q in:\n%s", err, passed, out)
	}
	return true
}

// exactly returns the pattern of the flag -test.run that only one test or subtest has.
func exactly(name string) string {
	parts := strings.Split(name, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	return strings.Join(parts, "/")
}
