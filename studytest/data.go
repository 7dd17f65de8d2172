package studytest

import (
	"os"
	"path/filepath"
	"testing"
)

// Data returns a data directory with the demo appliance, built and rehearsed: the directory that
// STUDYCTL_TEST_DATA names, or the one that "make test" builds. If there is none, t is skipped, or
// fails if STUDYCTL_REQUIRE names appliance, as with Need.
func Data(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("STUDYCTL_TEST_DATA")
	if dir == "" {
		dir = filepath.Join("..", "build", "data") // seen from a package that is one directory below the root
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "appliances", "demo", "traces")); err != nil {
		Lacks(t, "appliance", "run make test, or name its directory in STUDYCTL_TEST_DATA")
	}
	return dir
}
