package build_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"vmstudy/study"
	"vmstudy/studytest"
	"vmstudy/vmhost/build"
)

// asNobody is an environment variable that is set if this test binary runs as the user nobody.
const asNobody = "VMHOST_AS_NOBODY"

// nobody runs the test once more as the user nobody, with a /etc/subuid that has the text lent. It returns what that printed.
// Only root may call it.
func nobody(t *testing.T, lent string, env ...string) (string, error) {
	t.Helper()
	self, err := os.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	defer self.Close()
	const script = `mount --bind "$0" /etc/subuid && mount --bind "$0" /etc/subgid && cd / &&
		exec setpriv --reuid=65534 --regid=65534 --clear-groups /proc/self/fd/3 "$@"`
	cmd := exec.CommandContext(t.Context(), "unshare", "--mount", "sh", "-c", script, filed(t, lent), "-test.v", "-test.run=^"+t.Name()+"$")
	cmd.ExtraFiles = []*os.File{self}
	cmd.Env = append([]string{asNobody + "=1", "PATH=" + os.Getenv("PATH")}, env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// filed returns the path of a file with that text, which everybody may read.
func filed(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// If root runs this test, the user nobody makes the file system. If somebody else runs it, they make it themselves.
func TestADiskThatAnOrdinaryUserMakesHasFilesOfOthers(t *testing.T) {
	studytest.Need(t, "uidmap", "mmdebstrap")
	if os.Geteuid() == 0 {
		if out, err := nobody(t, "nobody:1000000:65536\n"); err != nil || !strings.Contains(out, "--- PASS") {
			t.Errorf("as nobody: %v:\n%s", err, out)
		}
		return
	}
	if err := build.Ready(t.Context()); err != nil {
		t.Errorf("on a computer that has all it takes: %v", err)
	}
	dir := t.TempDir()
	root, disk := filepath.Join(dir, "root"), filepath.Join(dir, "disk")
	for _, args := range [][]string{
		{"sh", "-c", `mkdir -p "$0/theirs" && echo x >"$0/theirs/file" && chown -R 42:65534 "$0/theirs" && chmod 700 "$0/theirs"`, root},
		{"mke2fs", "-q", "-t", "ext4", "-d", root, disk, "4M"},
	} {
		if err := build.AsRoot(t.Context(), nil, args[0], args[1:]...); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{"/": "User: 0 Group: 0", "/theirs": "User: 42 Group: 65534", "/theirs/file": "User: 42 Group: 65534"} {
		said, err := exec.CommandContext(t.Context(), "/usr/sbin/debugfs", "-R", "stat "+path, disk).CombinedOutput()
		if got := strings.Join(strings.Fields(string(said)), " "); err != nil || !strings.Contains(got, want) {
			t.Errorf("%s on the disk: %q (%v), want %s", path, got, err, want)
		}
	}
	if err := os.RemoveAll(root); err == nil {
		t.Error("an ordinary user removed what belongs to others, so this tests nothing")
	}
	if err := build.RemoveAsRoot(root); err != nil {
		t.Error(err)
	}
	if _, err := os.Lstat(root); !os.IsNotExist(err) {
		t.Errorf("what belonged to others is still there: %v", err)
	}
}

func TestWhoCannotBuildHearsWhatToDo(t *testing.T) {
	if os.Getenv(asNobody) != "" {
		t.Logf("<%s>", study.Sentence(build.Ready(t.Context())))
		return
	}
	studytest.Need(t, "uidmap", "mmdebstrap")
	if studytest.AsRoot(t) {
		return
	}
	tools := t.TempDir()                                         // all programs except those of uidmap
	if err := os.Chmod(filepath.Dir(tools), 0o711); err != nil { // the user nobody has to find them
		t.Fatal(err)
	}
	for _, name := range []string{"mmdebstrap", "mke2fs", "busybox", "dpkg-deb", "unshare", "sh", "setpriv", "mount"} {
		path, err := exec.LookPath(name)
		if err == nil {
			err = os.Symlink(path, filepath.Join(tools, name))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	path := os.Getenv("PATH")
	for name, tt := range map[string]struct{ lent, path, want string }{
		"uidmap is missing":          {"nobody:1000000:65536\n", tools, "apt install uidmap"},
		"no numbers are lent":        {"", path, "usermod --add-subuids 100000-165535 --add-subgids 100000-165535 nobody"},
		"numbers are lent to others": {"ada:100000:65536\nben:300000:65536\n", path, "usermod --add-subuids 365536-431071"},
		"too few numbers are lent":   {"nobody:1000000:1000\n", path, "usermod --add-subuids 1001000-1066535"},
	} {
		out, err := nobody(t, tt.lent, "PATH="+tt.path)
		if err != nil || !strings.Contains(out, tt.want) {
			t.Errorf("%s: %v, want %q in:\n%s", name, err, tt.want, out)
		}
	}
}
