package main

import (
	"os"
	"path/filepath"
	"testing"

	"vmstudy/stream"
	"vmstudy/stream/mount"
	"vmstudy/stream/streamtest"
	"vmstudy/studytest"
)

func TestAMountThatAKilledServerLeftIsClearedAwayAtTheStart(t *testing.T) {
	studytest.Need(t, "fuse")
	c := Config{Data: t.TempDir()}
	point := filepath.Join(c.streamsDir(), "stream-1", "images")
	if err := os.MkdirAll(point, 0o755); err != nil {
		t.Fatal(err)
	}
	near := streamtest.Open(t, streamtest.Origin(t, streamtest.Source("memory", streamtest.Pages(1, 1<<20))), stream.Options{})
	m, err := mount.At(point, near)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() }) // closes what a killed server would not have closed
	release, err := c.claimData()
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	if left, err := os.ReadDir(c.streamsDir()); err != nil || len(left) != 0 {
		t.Errorf("left of the killed server: %v, %v; want nothing", left, err)
	}
	if n, err := mount.Sweep(c.Data); n != 0 || err != nil {
		t.Errorf("%d mounts were still there, %v", n, err)
	}
}
