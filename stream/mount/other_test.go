package mount_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vmstudy/stream/streamtest"
	"vmstudy/studytest"
)

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
