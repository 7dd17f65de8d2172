package build_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/fstest"

	"golang.org/x/sys/unix"

	"vmstudy/vmhost"
	"vmstudy/vmhost/bootsector"
	"vmstudy/vmhost/build"
	"vmstudy/vmhost/vmhosttest"
)

func TestMain(m *testing.M) {
	vmhost.ExecMain()
	os.Exit(m.Run())
}

func TestBuildThatFailsLeavesNothingBehind(t *testing.T) {
	h := vmhosttest.Host(t, 0)
	root := t.TempDir()
	recipe := fstest.MapFS{"recipe.yaml": {Data: []byte(
		"name: x\nprofile: bare\nram_mib: 16\ndisk_mib: 1\nwidth: 1\nheight: 1\nimage: missing.bin\n",
	)}}
	var heard []string
	_, err := build.Appliance(t.Context(), h, recipe, filepath.Join(root, "x"), func(step string, done, total int) { heard = append(heard, step) })
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("build without an image: %v, want an error about the missing file", err)
	}
	if !slices.Equal(heard, []string{"Copy the disk"}) {
		t.Errorf("progress told of %q, want the first step only", heard)
	}
	if left, err := os.ReadDir(root); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestABuildClearsAwayWhatAKilledOneLeft(t *testing.T) {
	h := vmhosttest.Host(t, 0)
	into := t.TempDir()
	left, used := filepath.Join(into, ".build-demo-1"), filepath.Join(into, ".build-demo-2")
	for _, dir := range []string{left, used} {
		if err := os.MkdirAll(filepath.Join(dir, "root", "etc"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	lock, err := os.Open(used) // as a build that is under way in there would lock it
	if err == nil {
		err = unix.Flock(int(lock.Fd()), unix.LOCK_EX)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	if _, err := build.Appliance(t.Context(), h, bootsector.Recipe, filepath.Join(into, "built"), nil); err != nil {
		t.Fatal(err)
	}
	there, err := os.ReadDir(into)
	if err != nil || len(there) != 2 || there[0].Name() != ".build-demo-2" || there[1].Name() != "built" {
		t.Errorf("after the build there are %v (%v), want it and the one that is under way", there, err)
	}
}
