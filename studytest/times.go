package studytest

import (
	"os"
	"strconv"
	"testing"
)

// Times returns how often a test repeats what it does: the number in the environment variable with
// this name, which scripts/soak sets, or else few, so that the test takes seconds.
func Times(t testing.TB, name string, few int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return few
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("%s is %q, want a number from 1", name, text)
	}
	return n
}
