package embedded

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"vmstudy/study"
)

func TestServerLeftBehindIsStoppedBeforeANewOneStarts(t *testing.T) {
	dir := openDir(t)
	first := startOrSkip(t, dir)
	if err := first.home.lock.Close(); err != nil { // as if its program had been killed
		t.Fatal(err)
	}

	startOrSkip(t, dir)
	select {
	case <-first.Done():
	default:
		t.Fatal("the server left behind still runs beside the new one")
	}
	if first.server.err != nil {
		t.Errorf("the server left behind ended with %v, want an orderly end", first.server.err)
	}
}

// openDir returns a directory that the server's user may pass through.
func openDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "embedded-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}

// required reports whether a test may not be skipped for want of PostgreSQL.
func required() bool {
	return slices.Contains(strings.Split(os.Getenv("STUDYCTL_REQUIRE"), ","), "postgres")
}

// startOrSkip runs a cluster until the test ends.
func startOrSkip(t *testing.T, dir string) *Cluster {
	t.Helper()
	c, err := Start(t.Context(), Config{Dir: dir, Throwaway: true})
	if errors.Is(err, study.ErrNotFound) && !required() {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Stop(context.Background()) })
	return c
}
