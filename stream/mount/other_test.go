package mount_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"vmstudy/stream"
	"vmstudy/stream/mount"
	"vmstudy/stream/streamtest"
	"vmstudy/study"
	"vmstudy/studytest"
)

// mountAsNobody is set where this test binary runs as nobody.
const mountAsNobody = "STREAM_MOUNT_AS_NOBODY"

// A file that only root may open stands for the device of a computer that has no udev.
func TestWhoMayNotOpenTheDeviceHearsHowThatIsMended(t *testing.T) {
	if os.Getenv(mountAsNobody) != "" {
		near := streamtest.Open(t, streamtest.Origin(t, streamtest.Source("memory", streamtest.Pages(9, mib))), stream.Options{})
		_, err := mount.At(t.TempDir(), near)
		t.Log(study.Sentence(err))
		return
	}
	needFUSE(t)
	if studytest.AsRoot(t) {
		return
	}
	closed := filepath.Join(t.TempDir(), "fuse")
	if err := os.WriteFile(closed, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	self, err := os.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	defer self.Close()
	const script = `mount --bind "$0" /dev/fuse && cd / && exec setpriv --reuid=65534 --regid=65534 --clear-groups /proc/self/fd/3 "$@"`
	cmd := exec.CommandContext(t.Context(), "unshare", "--mount", "sh", "-c", script, closed, "-test.v", "-test.run=^"+t.Name()+"$")
	cmd.ExtraFiles = []*os.File{self}
	cmd.Env = []string{mountAsNobody + "=1", "PATH=" + os.Getenv("PATH")}
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "chmod 0666 /dev/fuse") {
		t.Errorf("who may not open the device hears %v, want how to mend it in:\n%s", err, out)
	}
}

func TestAnotherUserNeitherSeesReadsNorWritesAnImage(t *testing.T) {
	needFUSE(t)
	if studytest.AsRoot(t) {
		return
	}
	near, m := mounted(t, streamtest.Pages(8, mib))
	for dir := m.Dir(); dir != "/"; dir = filepath.Dir(dir) { // so that only the mount itself refuses
		if info, err := os.Stat(dir); dir != m.Dir() && (err != nil || info.Mode().Perm()&0o5 != 0o5) {
			if err := os.Chmod(dir, info.Mode().Perm()|0o5); err != nil {
				t.Fatal(err)
			}
		}
	}
	for name, command := range map[string]string{
		"lists the directory":      `ls "$0"`,
		"asks for its mode":        `stat "$0"`,
		"asks for a file's size":   `stat "$0/memory"`,
		"reads a file":             `dd if="$0/memory" of=/dev/null bs=4096 count=1`,
		"writes a file":            `dd if=/dev/zero of="$0/memory" bs=4096 count=1 conv=notrunc`,
		"opens a file to append":   `echo x >>"$0/memory"`,
		"makes it readable to all": `chmod 0666 "$0/memory"`,
		"enters the directory":     `cd "$0" && ls`,
	} {
		if out, err := studytest.As(t, studytest.Nobody, command, m.Dir()); err == nil || !strings.Contains(out, "ermission denied") && !strings.Contains(out, "can't cd") {
			t.Errorf("another user %s: %q, %v; want it refused", name, out, err)
		}
	}
	if got := accessed(near); len(got) > 0 {
		t.Errorf("the stream was asked for chunks %v all the same", got)
	}
	if out := run(t, "stat", "-c", "%a %u", m.Dir(), m.Path("memory")); out != "500 0\n600 0\n" {
		t.Errorf("modes and owners are %q", out)
	}
}
