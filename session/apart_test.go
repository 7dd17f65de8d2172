package session_test

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"vmstudy/studytest"
)

func TestNobodyElseOnTheComputerReachesAStreamedMachine(t *testing.T) {
	if studytest.AsRoot(t) {
		return
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	lab := newLab(t)
	if err := os.Chmod(lab.RunDir, 0o777); err != nil { // the directories in it must protect themselves
		t.Fatal(err)
	}
	d, err := openStreamed(ctx, t, lab, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := d.Close(ctx); err != nil {
			t.Errorf("Close: %v", err)
		}
	}()
	entries, err := os.ReadDir(lab.RunDir)
	if err != nil || len(entries) != 1 {
		t.Fatalf("in the run directory are %v (%v), want the directory of the one stream", entries, err)
	}
	dir := filepath.Join(lab.RunDir, entries[0].Name())
	for what, command := range map[string]string{
		"lists the directory": `ls "$0"`,
		"lists the images":    `ls "$0/images"`,
		"reads the memory":    `dd if="$0/images/memory" of=/dev/null bs=4096 count=1`,
		"writes the memory":   `dd if=/dev/zero of="$0/images/memory" bs=4096 count=1 conv=notrunc`,
		"reads the disk":      `dd if="$0/images/disk" of=/dev/null bs=4096 count=1`,
		"writes the disk":     `dd if=/dev/zero of="$0/images/disk" bs=4096 count=1 conv=notrunc`,
		"reads the devices":   `cat "$0/device"`,
		"moves it away":       `mv "$0/images" "$0/elsewhere"`,
	} {
		if out, err := studytest.As(t, studytest.Nobody, command, dir); err == nil {
			t.Errorf("another user %s: %q, want it refused", what, out)
		}
	}
	// Modes inside protect the machine from a process that got into the directory by a descriptor or a mistake.
	for path, want := range map[string]fs.FileMode{".": 0o700, "device": 0o600} {
		if info, err := os.Stat(filepath.Join(dir, path)); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has mode %v (%v), want %v", path, info.Mode(), err, want)
		}
	}
}
