package studytest

import (
	"os"
	"path/filepath"
	"testing"
)

// Data returns a data directory with the demo appliance, built and rehearsed: that of STUDYCTL_TEST_DATA, or
// the one that "make test" builds. Where there is none, t is skipped, or fails as with Need: it is called appliance.
func Data(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("STUDYCTL_TEST_DATA")
	if dir == "" {
		dir = filepath.Join("..", "build", "data") // of a package in the root
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "appliances", "demo", "traces")); err != nil {
		lacks(t, "appliance", "run make test, or name its directory in STUDYCTL_TEST_DATA")
	}
	return dir
}
